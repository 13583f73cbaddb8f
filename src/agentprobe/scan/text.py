"""The text of a file: decoded as its language says, cut into lines, addressed by bytes and by columns."""

from __future__ import annotations

import io
import tokenize
from functools import cached_property

from agentprobe.scan.finding import Place


class Unreadable(Exception):
    """A file that cannot be scanned; the message says why, for the list of what was not scanned."""

    def __init__(self, why: str, line: int = 1) -> None:
        super().__init__(why)
        self.line = line


LARGEST_BYTES = 2_000_000
"""A file above this is data or generated; it is told as not scanned."""


class Text:
    """A file's bytes and what they say."""

    def __init__(self, path: str, raw: bytes, encoding: str = "utf-8") -> None:
        self.path = path
        self.raw = raw
        try:
            self.content = raw.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise Unreadable(f"it is not {encoding} ({error})") from error
        self.encoding = encoding

    @cached_property
    def lines(self) -> list[str]:
        """Its lines without their ends, as Python counts them."""
        return self.content.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    @cached_property
    def _starts(self) -> list[int]:
        """The byte at which each line starts, in UTF-8."""
        first = (
            3 if self.raw.startswith(b"\xef\xbb\xbf") else 0
        )  # the mark that a file begins with is no text
        starts, at = [first], 0
        for line in self.raw.splitlines(keepends=True):
            at += len(line)
            starts.append(at)
        return starts

    def offset(self, line: int, column_bytes: int) -> int:
        """The byte that a line (from 1) and a column in bytes (from 0) mean, as the ast gives them."""
        return self._starts[min(line - 1, len(self._starts) - 1)] + column_bytes

    def column(self, line: int, column_bytes: int) -> int:
        """The column in characters, from 1, of a column in bytes, from 0."""
        if line > len(self.lines):
            return 1
        return (
            len(self.lines[line - 1].encode("utf-8", "replace")[:column_bytes].decode("utf-8", "ignore")) + 1
        )

    def place(self, line: int, column_bytes: int = 0, end_line: int = 0, end_bytes: int = 0) -> Place:
        """A place in this file from what the ast says."""
        last = end_line or line
        return Place(
            path=self.path,
            line=line,
            column=self.column(line, column_bytes),
            end_line=last,
            end_column=self.column(last, end_bytes) if end_bytes else 0,
        )


def read_python(path: str, raw: bytes) -> Text:
    """The text of Python source, in the encoding that it declares; raises Unreadable."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    except (SyntaxError, LookupError) as error:
        raise Unreadable(f"its encoding cannot be read: {error}") from error
    return Text(path, raw, encoding)
