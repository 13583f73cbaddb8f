"""Places and bytes as an editor counts them: lines from 0, columns in the units that it has asked for."""

from __future__ import annotations

from lsprotocol import types
from pygls.workspace import PositionCodec, ServerTextPosition

from agentprobe.scan.finding import Edit, Place


class Lines:
    """A text as an editor has it, and where its bytes and columns stand."""

    def __init__(self, raw: bytes, codec: PositionCodec) -> None:
        self._raw = raw
        self._codec = codec
        self._lines = raw.decode("utf-8", "replace").splitlines(keepends=True)

    def at(self, line: int, character: int) -> types.Position:
        """A position, from a line and a column in characters, both from 0."""
        line = min(max(line, 0), len(self._lines))
        return self._codec.position_to_client_units(
            self._lines, ServerTextPosition(line=line, character=max(character, 0))
        )

    def range_of(self, place: Place) -> types.Range:
        """What a place takes; to the end of its line where its end is not known."""
        last = max(place.end_line, place.line)
        told = self._lines[last - 1].rstrip("\r\n") if last <= len(self._lines) else ""
        end = place.end_column - 1 if place.end_column else len(told)
        return types.Range(start=self.at(place.line - 1, place.column - 1), end=self.at(last - 1, end))

    def edit(self, edit: Edit) -> types.TextEdit:
        """One of our edits; new lines end as those of the text do."""
        text = edit.text.replace("\r\n", "\n")
        text = text.replace("\n", "\r\n") if b"\r\n" in self._raw else text
        return types.TextEdit(
            range=types.Range(start=self._of_byte(edit.start), end=self._of_byte(edit.end)), new_text=text
        )

    def whole(self) -> types.Range:
        """All of the text."""
        return types.Range(start=self.at(0, 0), end=self._of_byte(len(self._raw)))

    def _of_byte(self, byte: int) -> types.Position:
        before = self._raw[:byte].decode("utf-8", "replace")
        lines = before.splitlines(keepends=True) or [""]
        if lines[-1].endswith(("\n", "\r")):
            return self.at(len(lines), 0)
        return self.at(len(lines) - 1, len(lines[-1]))
