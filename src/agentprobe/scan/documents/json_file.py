"""JSON with the place of every key; comments and trailing commas, as editors allow them, are read over."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from agentprobe.scan.document import Document, Key
from agentprobe.scan.finding import Place
from agentprobe.scan.text import Text, Unreadable

_TOKEN = re.compile(
    r'\s+|//[^\n]*|/\*.*?\*/|(?P<text>"(?:[^"\\]|\\.)*")|(?P<sign>[{}\[\],:])|(?P<word>[^\s{}\[\],:"]+)',
    re.DOTALL,
)
_WORDS = {"true": True, "false": False, "null": None}
_MOST_VALUES = 500_000
_DEEPEST = 200


def json_document(path: str, raw: bytes) -> Document:
    """A JSON file; raises Unreadable with the line of what is no JSON."""
    text = Text(path, raw.removeprefix(b"\xef\xbb\xbf"))
    reader = _Reader(text)
    data = reader.read()
    return Document(path=path, kind="", data=data, places=reader.places, raw=raw)


class _Reader:
    """Reads tokens with a stack of its own, so that depth is only a matter of memory."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.places: dict[tuple[Key, ...], Place] = {}
        self._starts = [0]
        for line in text.content.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._line = 1

    def read(self) -> Any:
        """The data; the place of every key is kept on the way."""
        top: list[Any] = []
        self.stack: list[tuple[Any, tuple[Key, ...]]] = [(top, ())]
        self.key: str | None = None
        read = 0
        for match in _TOKEN.finditer(self.text.content):
            if match.start() != read:
                raise self._wrong(match, "a text that does not end")
            read = match.end()
            if match.lastgroup is None or match["sign"] in (",", ":"):
                continue
            if match["sign"] in ("}", "]"):
                self._close(match)
            elif isinstance(self.stack[-1][0], dict) and self.key is None:
                self.key = str(self._plain(match))
                self.places[(*self.stack[-1][1], self.key)] = self._place(match)
            else:
                self._take(match)
        return self._whole(top)

    def _close(self, match: re.Match[str]) -> None:
        holder, _ = self.stack[-1]
        if len(self.stack) == 1 or isinstance(holder, dict) != (match[0] == "}"):
            raise self._wrong(match, f"'{match[0]}' closes nothing")
        if self.key is not None:
            raise self._wrong(match, f"the key '{self.key}' has no value")
        self.stack.pop()

    def _take(self, match: re.Match[str]) -> None:
        """Put a value where the reader stands; one that opens is filled by what follows."""
        holder, path = self.stack[-1]
        value: Any = {} if match[0] == "{" else [] if match[0] == "[" else self._plain(match)
        if isinstance(holder, dict):
            assert self.key is not None
            here: tuple[Key, ...] = (*path, self.key)
            holder[self.key] = value
            self.key = None
        else:
            here = (*path, len(holder)) if len(self.stack) > 1 else ()
            holder.append(value)
            self.places.setdefault(here, self._place(match))
        if match["sign"]:
            self.stack.append((value, here))
        if len(self.stack) > _DEEPEST:
            raise self._wrong(match, f"it is nested deeper than {_DEEPEST}")
        if len(self.places) > _MOST_VALUES:
            raise Unreadable(f"it holds more than {_MOST_VALUES:,} values")

    def _whole(self, top: list[Any]) -> Any:
        if len(self.stack) != 1:
            raise Unreadable("it is not valid JSON: it ends too early", len(self.text.lines))
        if len(top) != 1:
            raise Unreadable("it is not valid JSON: it holds no value, or several")
        return top[0]

    def _plain(self, match: re.Match[str]) -> Any:
        token = match[0]
        if match["sign"] is not None:
            raise self._wrong(match, f"'{token}' cannot stand here")
        if match["text"] is not None:
            try:
                return msgspec.json.decode(token)
            except msgspec.DecodeError as error:
                raise self._wrong(match, "a text that cannot be read") from error
        if token in _WORDS:
            return _WORDS[token]
        try:
            return int(token) if re.fullmatch(r"-?\d{1,40}", token) else float(token)
        except ValueError:
            raise self._wrong(match, f"'{token[:20]}' is no value") from None

    def _wrong(self, match: re.Match[str], why: str) -> Unreadable:
        return Unreadable(f"it is not valid JSON: {why}", self._place(match).line)

    def _place(self, match: re.Match[str]) -> Place:
        while self._line < len(self._starts) - 1 and self._starts[self._line] <= match.start():
            self._line += 1
        start = self._starts[self._line - 1]
        return Place(
            path=self.text.path,
            line=self._line,
            column=match.start() - start + 1,
            end_line=self._line,
            end_column=match.end() - start + 1,
        )
