"""What the language server answers to: texts that are opened, changed, saved and closed, and questions."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from agentprobe.cli.editor.actions import FIX_ALL, allowing, fixing, mending_all
from agentprobe.cli.editor.server import EditorServer
from agentprobe.cli.editor.shown import page
from agentprobe.scan.finding import Finding

_PAUSE_SECONDS = 0.15
"""So long nothing is typed before a text is scanned."""


def serve(version: str) -> None:
    """Serve until the editor says that it is enough."""
    server = EditorServer(version)
    _hear_of_texts(server)
    _answer(server)
    server.start_io()


def _hear_of_texts(server: EditorServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        project = server.take(params.text_document.uri)
        if project is not None:
            await server.tell(project)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        project = server.take(params.text_document.uri)
        if project is not None:
            await server.tell(project, pause=_PAUSE_SECONDS)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        project = server.saved(params.text_document.uri)
        if project is not None:
            await server.tell(project)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        project = server.close(params.text_document.uri)
        if project is not None and project.uris:
            await server.tell(project)


def _answer(server: EditorServer) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL]),
    )
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await asyncio.to_thread(_actions, server, params)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        at = types.Range(start=params.position, end=params.position)
        found = await asyncio.to_thread(server.under, params.text_document.uri, at)
        if found is None or not found[2]:
            return None
        text = types.MarkupContent(kind=types.MarkupKind.Markdown, value=page(found[2]))
        return types.Hover(contents=text)


def _actions(server: EditorServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    found = server.under(params.text_document.uri, params.range)
    if found is None:
        return []
    project, path, findings = found
    only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    if any(kind.startswith("source") for kind in only):
        every = project.fresh().findings
        wanted = any(FIX_ALL.startswith(kind) for kind in only)
        return (
            list(mending_all(path, [one for one in every if one.place.path == path], project))
            if wanted
            else []
        )
    if only and not any("quickfix".startswith(kind) for kind in only):
        return []
    told: list[types.CodeAction] = []
    for one in findings:
        at = [each for each in params.context.diagnostics if _is_of(each, one)]
        told += [*fixing(one, project, at), *allowing(one, project, at)]
    return told


def _is_of(shown: types.Diagnostic, finding: Finding) -> bool:
    data = shown.data
    mark = data.get("fingerprint") if isinstance(data, dict) else getattr(data, "fingerprint", None)
    return mark == finding.fingerprint
