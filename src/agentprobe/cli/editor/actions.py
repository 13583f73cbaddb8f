"""What an editor offers to do about findings: mend one, allow one, mend all that can be mended safely."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types

from agentprobe.cli.editor.positions import Lines
from agentprobe.cli.editor.project import OpenProject
from agentprobe.cli.editor.shown import SOURCE
from agentprobe.scan.finding import Edit, Finding
from agentprobe.scan.fixing import edited
from agentprobe.scan.text import Text, Unreadable

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.{SOURCE}"
_HASHES = (".py", ".yaml", ".yml", ".toml")
"""Files in which a line that begins with # is a comment."""


def fixing(finding: Finding, project: OpenProject, at: list[types.Diagnostic]) -> Iterator[types.CodeAction]:
    """The fix of one finding, safe or not; none where it changes files that cannot be read."""
    if finding.fix is None or not finding.fix.edits:
        return
    by_path: dict[str, list[Edit]] = {}
    for edit in finding.fix.edits:
        by_path.setdefault(edit.path, []).append(edit)
    try:
        changes = [_change(project, path, edits) for path, edits in by_path.items()]
    except Unreadable:
        return
    words = "" if finding.fix.safe else " (the agent may behave in another way)"
    yield types.CodeAction(
        title=f"{finding.code}: {finding.fix.what}{words}",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=at,
        is_preferred=finding.fix.safe,
        edit=types.WorkspaceEdit(document_changes=list(changes)),
    )


def allowing(
    finding: Finding, project: OpenProject, at: list[types.Diagnostic]
) -> Iterator[types.CodeAction]:
    """A comment above the finding's line that allows it; it counts once its reason is written behind it."""
    path = finding.place.path
    if not path.endswith(_HASHES) or finding.place.cell:
        return
    raw = project.session.text(path)
    start = Text(path, raw).offset(finding.place.line, 0)
    line = raw[start:].partition(b"\n")[0].decode("utf-8", "replace")
    indent = line[: len(line) - len(line.lstrip())]
    comment = f"{indent}# agentprobe: allow {finding.rule} -- \n"
    edit = Edit(path=path, start=start, end=start, text=comment)
    if path.endswith(".py") and not _says_the_same(raw, edited(raw, [edit])):
        return  # the line stands in a text
    yield types.CodeAction(
        title=f"{finding.code}: allow it here, with a reason",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=at,
        edit=types.WorkspaceEdit(document_changes=[_change(project, path, [edit])]),
    )


def mending_all(path: str, findings: Sequence[Finding], project: OpenProject) -> Iterator[types.CodeAction]:
    """All safe fixes of one file, each tried."""
    after = project.mended(path, [one for one in findings if one.fix is not None and one.fix.safe])
    if after is None:
        return
    lines = project.lines(path)
    change = types.TextEdit(range=lines.whole(), new_text=after.decode("utf-8", "replace"))
    yield types.CodeAction(
        title="agentprobe: mend all that can be mended safely",
        kind=FIX_ALL,
        edit=types.WorkspaceEdit(document_changes=[_versioned(project, path, [change])]),
    )


def _change(project: OpenProject, path: str, edits: Iterable[Edit]) -> types.TextDocumentEdit:
    lines: Lines = project.lines(path)
    return _versioned(project, path, [lines.edit(one) for one in edits])


def _versioned(project: OpenProject, path: str, edits: list[types.TextEdit]) -> types.TextDocumentEdit:
    return types.TextDocumentEdit(
        text_document=types.OptionalVersionedTextDocumentIdentifier(
            uri=project.uri(path), version=project.versions.get(path)
        ),
        edits=list(edits),
    )


def _says_the_same(one: bytes, other: bytes) -> bool:
    """Is a Python text the same program as another?"""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
