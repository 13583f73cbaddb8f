"""A real editor's side of the protocol, against a real server process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

_PATIENCE = 60


class Editor:
    """Opens and changes one project's files, and keeps what the server tells of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.client = LanguageClient("editor", "1")
        self.shown: dict[str, types.PublishDiagnosticsParams] = {}
        self.said: list[str] = []
        self._news = asyncio.Event()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]  # pygls
        def shown(params: types.PublishDiagnosticsParams) -> None:
            self.shown[params.uri] = params
            self._news.set()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]  # pygls
        def said(params: types.ShowMessageParams) -> None:
            self.said.append(params.message)
            self._news.set()

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    async def start(self) -> types.InitializeResult:
        await self.client.start_io(sys.executable, "-m", "agentprobe.cli", "lsp", "--stdio")
        told = await self.client.initialize_async(
            types.InitializeParams(
                capabilities=types.ClientCapabilities(),
                workspace_folders=[types.WorkspaceFolder(uri=self.root.as_uri(), name="project")],
            )
        )
        self.client.initialized(types.InitializedParams())
        return told

    def open(self, name: str, text: str, language: str = "python") -> None:
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(
                text_document=types.TextDocumentItem(
                    uri=self.uri(name), language_id=language, version=1, text=text
                )
            )
        )

    def change(self, name: str, text: str, version: int) -> None:
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(uri=self.uri(name), version=version),
                content_changes=[types.TextDocumentContentChangeWholeDocument(text=text)],
            )
        )

    async def diagnostics(self, name: str, version: int) -> list[types.Diagnostic]:
        """What the server tells of a version of a file."""

        def is_there() -> bool:
            told = self.shown.get(self.uri(name))
            return told is not None and told.version == version

        await self.until(is_there)
        return list(self.shown[self.uri(name)].diagnostics)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def actions(
        self, name: str, at: types.Range, shown: list[types.Diagnostic], only: list[str] | None = None
    ) -> list[types.CodeAction]:
        told = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                text_document=types.TextDocumentIdentifier(uri=self.uri(name)),
                range=at,
                context=types.CodeActionContext(diagnostics=shown, only=only),
            )
        )
        return [one for one in told or () if isinstance(one, types.CodeAction)]

    def close(self, name: str) -> None:
        document = types.TextDocumentIdentifier(uri=self.uri(name))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=document))

    def save(self, name: str) -> None:
        document = types.TextDocumentIdentifier(uri=self.uri(name))
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(text_document=document))

    def count(self, name: str) -> int:
        """How many findings are shown in a file now."""
        return len(self.shown[self.uri(name)].diagnostics)

    async def hover(self, name: str, at: types.Position) -> str:
        document = types.TextDocumentIdentifier(uri=self.uri(name))
        told = await self.client.text_document_hover_async(
            types.HoverParams(text_document=document, position=at)
        )
        return told.contents.value if told and isinstance(told.contents, types.MarkupContent) else ""

    @staticmethod
    def applied(text: str, action: types.CodeAction) -> str:
        """A text after an action's edits, which speak of one file."""
        assert action.edit is not None
        assert action.edit.document_changes is not None
        [change] = action.edit.document_changes
        assert isinstance(change, types.TextDocumentEdit)
        lines = [line.encode("utf-16-le") for line in text.splitlines(keepends=True)]
        starts = [sum(map(len, lines[:at])) for at in range(len(lines) + 1)]
        raw = b"".join(lines)
        edits = [one for one in change.edits if isinstance(one, types.TextEdit)]
        for edit in sorted(edits, key=lambda one: _at(one.range.start), reverse=True):
            begin = starts[edit.range.start.line] + 2 * edit.range.start.character
            end = starts[edit.range.end.line] + 2 * edit.range.end.character
            raw = raw[:begin] + edit.new_text.encode("utf-16-le") + raw[end:]
        return raw.decode("utf-16-le")

    async def stop(self) -> int | None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        process = self.client._server
        assert process is not None
        code = await asyncio.wait_for(process.wait(), _PATIENCE)
        await self.client.stop()  # type: ignore[no-untyped-call]  # pygls
        return code


def _at(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


@pytest.fixture
def editing(tmp_path: Path) -> Callable[[Callable[[Editor], Awaitable[None]]], int | None]:
    """Plays a scene between an editor and the server; gives the server's exit code."""

    def play(scene: Callable[[Editor], Awaitable[None]]) -> int | None:
        async def run() -> int | None:
            editor = Editor(tmp_path)
            await editor.start()
            try:
                await scene(editor)
            finally:
                code = await editor.stop()
            return code

        return asyncio.run(run())

    return play
