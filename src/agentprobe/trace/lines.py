"""To read a file line by line without ever holding an endless line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

LONGEST = 256 * 2**20
"""A line of more bytes is no line of a trace, and is not read into memory."""
_STEP = 2**20


def lines_of(file: BinaryIO, longest: int = LONGEST) -> Iterator[tuple[bytes, int]]:
    """Each line with its bytes in the file; of one that is too long there is nothing but their number."""
    while line := file.readline(longest + 1):
        if len(line) <= longest:
            yield line, len(line)
        else:
            yield b"", len(line) + (0 if line.endswith(b"\n") else _skipped(file))


def pieces_of(file: BinaryIO, overlap: int) -> Iterator[tuple[int, bytes]]:
    """The whole file in pieces, each with the number of its line; `overlap` bytes of a line come twice."""
    number, before = 1, b""
    while piece := file.readline(_STEP):
        yield number, before + piece
        ended = piece.endswith(b"\n")
        number, before = number + ended, b"" if ended else piece[-overlap:]


def _skipped(file: BinaryIO) -> int:
    size = 0
    while piece := file.readline(_STEP):
        size += len(piece)
        if piece.endswith(b"\n"):
            break
    return size
