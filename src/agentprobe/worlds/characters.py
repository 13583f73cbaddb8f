"""Texts as grids of characters: millions are taken apart and put together without a loop over rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import U8, Keyed

WIDTH = 64
"""Longer texts, and those that are not ASCII, are treated one distinct value after another."""
DIGIT, UPPER, LOWER = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Grid:
    """ASCII texts, one a row, padded with zeros."""

    characters: U8
    lengths: NDArray[np.int64]

    @property
    def classes(self) -> U8:
        """Of each character: `DIGIT`, `UPPER`, `LOWER`, or 0 for anything else."""
        return _CLASS[self.characters]

    def texts(self) -> pa.Array[Any]:
        """The rows as Arrow strings again."""
        characters = np.ascontiguousarray(self.characters)
        inside = np.arange(characters.shape[1], dtype=np.uint8) < self.lengths.astype(np.uint8)[:, None]
        ends = np.zeros(len(self.lengths) + 1, np.int32)
        np.cumsum(self.lengths, out=ends[1:])
        data = characters[inside].tobytes()
        buffers: list[Any] = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(data)]
        return pa.Array.from_buffers(pa.string(), len(self.lengths), buffers)


_CLASS = np.zeros(256, np.uint8)
_CLASS[ord("0") : ord("9") + 1] = DIGIT
_CLASS[ord("A") : ord("Z") + 1] = UPPER
_CLASS[ord("a") : ord("z") + 1] = LOWER


def grid_of(texts: pa.Array[Any]) -> Grid:
    """Lay out ASCII texts without nulls."""
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False).astype(np.int64)
    width = int(lengths.max()) if len(lengths) else 0
    if width == 0:
        return Grid(np.zeros((len(lengths), 0), np.uint8), lengths)
    padded = pc.ascii_rpad(texts, width, "\0")
    start = padded.offset * width
    data = np.frombuffer(padded.buffers()[2], np.uint8)[start : start + len(lengths) * width]
    # column by column in memory: all work goes from place to place, over all rows at once
    return Grid(np.asfortranarray(data.reshape(len(lengths), width)), lengths)


def running(marks: NDArray[np.bool_]) -> U8:
    """How many of a row's places are marked, up to and including each."""
    found = np.empty(marks.shape, np.uint8, order="F")
    total = np.zeros(len(marks), np.uint8)
    for place in range(marks.shape[1]):
        total = total + marks[:, place]
        found[:, place] = total
    return found


def first_place(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first marked place of each row; the width where none is."""
    width = marks.shape[1]
    found = np.full(len(marks), width, np.uint8)
    for place in range(width - 1, -1, -1):
        found[marks[:, place]] = place
    return found.astype(np.int64)


def each(
    column: pa.Array[Any], quick: Callable[[Grid], pa.Array[Any]], slow: Callable[[str], str]
) -> pa.Array[Any]:
    """Replace the texts of a column: short ASCII ones all at once, odd ones value by value; nulls stay."""
    filled = pc.fill_null(column, "")
    plain = pc.and_(pc.string_is_ascii(filled), pc.less_equal(pc.binary_length(filled), WIDTH))
    if pc.all(plain).as_py() is not False:
        result = quick(grid_of(filled))
    else:
        odd = pc.invert(plain)
        values = filled.filter(odd).dictionary_encode()
        replaced = pa.array([slow(value) for value in values.dictionary.to_pylist()], pa.string())
        blanked = pc.replace_with_mask(filled, odd, replaced.take(values.indices))
        result = pc.replace_with_mask(blanked, plain, quick(grid_of(filled.filter(plain))))
    return (
        pc.if_else(column.is_valid(), result, pa.scalar(None, pa.string())) if column.null_count else result
    )


def form_of(text: str) -> str:
    """The form of a value without the value: `Aaaa 999`; what is neither letter nor digit stays."""
    return "".join(_form(character) for character in text)


def _form(character: str) -> str:
    if character.isdigit():
        return "9"
    if character.isupper():
        return "A"
    if character.isalpha() or unicodedata.category(character).startswith("M"):
        return "a"
    return character if character.isprintable() else "�"


def masked(keyed: Keyed, text: str) -> str:
    """A text of the same form: letters and digits by chance, the rest as it stands."""
    raw = text.encode("utf-8", "surrogatepass")
    chance = keyed.bytes_of(raw, 2 * len(text))
    pairs = zip(text, chance[::2], chance[1::2], strict=True)
    return "".join(_other(character, first * 256 + second) for character, first, second in pairs)


def _other(character: str, chance: int) -> str:
    if character.isdigit():
        return str(chance % 10)
    if "a" <= character.lower() <= "z" or unicodedata.category(character) in ("Ll", "Lu", "Lt"):
        letter = "abcdefghijklmnopqrstuvwxyz"[chance % 26]
        return letter.upper() if character.isupper() else letter
    if not character.isalpha():
        return character
    # a letter of a script without case: another of its neighbourhood, so that the script stays
    start = ord(character) & ~31
    near = [chr(code) for code in range(start, start + 32) if unicodedata.category(chr(code)) == "Lo"]
    return near[chance % len(near)] if near else character
