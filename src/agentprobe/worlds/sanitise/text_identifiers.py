"""Identifiers that are texts, such as `CUS-000123`: permuted within their form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.characters import DIGIT, LOWER, UPPER, Grid, each, first_place, running
from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import U8, U64, Bijection, Keyed, mixed_parts

PART = 6
"""So many characters make one number of the network: 26^6 is below 2^32."""


class TextIdentifiers:
    """Replaces texts by others of the same form, one to one."""

    def __init__(
        self, keyed: Keyed, numbers: Bijection, prefixes: frozenset[str], *, is_hex: bool = False
    ) -> None:
        self._keyed = keyed
        self._numbers = numbers
        self._prefixes = pa.array(sorted(prefixes), pa.string())
        letters = 6 if is_hex else 26
        self._radix = np.array([1, 10, letters, letters], np.uint64)
        self._first = np.array([0, ord("0"), ord("A"), ord("a")], np.uint8)

    def replaced(self, grid: Grid) -> pa.Array[Any]:
        """The images of short ASCII texts."""
        if not grid.characters.shape[1]:
            return grid.texts()
        classes = grid.classes
        whole = self._are_numbers(grid, classes)
        characters = grid.characters.copy()
        if whole.any():
            characters[whole] = self._as_numbers(grid, whole)
        if (rest := ~whole).any():
            characters[rest] = self._as_texts(Grid(grid.characters[rest], grid.lengths[rest]))
        return Grid(characters, grid.lengths).texts()

    def _are_numbers(self, grid: Grid, classes: U8) -> NDArray[np.bool_]:
        digits = running(classes == DIGIT)[:, -1] == grid.lengths
        found: NDArray[np.bool_] = digits & (grid.lengths <= 18) & (grid.lengths > 0)
        return found

    def _as_numbers(self, grid: Grid, whole: NDArray[np.bool_]) -> U8:
        """What is all digits is replaced as the whole number is, since a number may refer to it."""
        width = grid.characters.shape[1]
        digits, lengths = grid.characters[whole], grid.lengths[whole]
        values = np.zeros(len(digits), np.int64)
        for place in range(min(width, 18)):
            inside = lengths > place
            values = np.where(inside, values * 10 + (digits[:, place].astype(np.int64) - 48), values)
        image = self._numbers.of(values)
        for place in range(min(width, 18) - 1, -1, -1):
            inside = lengths > place
            digits[:, place] = np.where(inside, image % 10 + 48, digits[:, place])
            image = np.where(inside, image // 10, image)
        return digits

    def _as_texts(self, grid: Grid) -> U8:
        kept = self._kept(grid)
        image = self._permuted(grid.characters, kept)
        while len(self._prefixes):
            # an image that would begin like those with a common prefix goes on until it does not
            strays = (kept == 0) & (self._kept(Grid(image, grid.lengths)) > 0)
            if not strays.any():
                break
            image[strays] = self._permuted(image[strays], kept[strays])
        return image

    def _kept(self, grid: Grid) -> NDArray[np.int64]:
        """How many characters at the start of each row are a common prefix."""
        start = prefix_lengths(grid)
        known = pc.is_in(Grid(grid.characters, start).texts(), self._prefixes)
        return np.where(known.to_numpy(zero_copy_only=False), start, 0)

    def _permuted(self, characters: U8, kept: NDArray[np.int64]) -> U8:
        classes = Grid(characters, kept).classes
        free = self._free(characters, classes, kept)
        radix = np.where(free, self._radix[classes], np.uint64(1))
        leading = free & (classes == DIGIT) & ~_after_digit(characters, classes)
        radix = np.where(leading, np.uint64(9), radix)
        first = np.where(leading, np.uint8(ord("1")), self._first[classes])
        numerals = np.where(free, characters - first, 0).astype(np.uint64)
        parts, sizes, part_of = _parts(numerals, radix, free)
        image = mixed_parts(self._keyed, parts, sizes, 7)
        return _spread(characters, image, radix, free, part_of, first)

    def _free(self, characters: U8, classes: U8, kept: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which characters are permuted: all letters and digits behind the prefix but leading zeros."""
        free: NDArray[np.bool_] = (classes > 0) & (np.arange(characters.shape[1])[None, :] >= kept[:, None])
        zeros = np.zeros(len(characters), bool)
        for place in range(characters.shape[1]):
            digit = classes[:, place] == DIGIT
            begins = digit if place == 0 else digit & (classes[:, place - 1] != DIGIT)
            zeros = (characters[:, place] == ord("0")) & (begins | zeros) & digit
            free[:, place] &= ~zeros
        # letters beyond the base of the domain were not seen when it was learned: they stay in place
        for kind, start in ((UPPER, ord("A")), (LOWER, ord("a"))):
            free &= (classes != kind) | (characters < start + int(self._radix[kind]))
        return free


def _after_digit(characters: U8, classes: U8) -> NDArray[np.bool_]:
    """Does a digit other than a leading zero stand before each character in its run?"""
    found = np.zeros(characters.shape, bool)
    for place in range(1, characters.shape[1]):
        before = classes[:, place - 1] == DIGIT
        found[:, place] = before & (found[:, place - 1] | (characters[:, place - 1] != ord("0")))
    return found


def _parts(numerals: U64, radix: U64, free: NDArray[np.bool_]) -> tuple[U64, U64, U8]:
    """Put a row's numerals together to numbers: halves where it is short, else pieces of `PART`."""
    rank = running(free)
    total = rank[:, -1].astype(np.int64)
    length = np.where(total <= 2 * PART, np.maximum(-(-total // 2), 1), PART).astype(np.uint8)
    part_of = np.where(free, (rank - 1) // length[:, None], 0).astype(np.uint8)
    count = max(int(part_of.max()) + 1, 2)
    parts = np.zeros((len(numerals), count), np.uint64, order="F")
    sizes = np.ones((len(numerals), count), np.uint64, order="F")
    for place in range(numerals.shape[1]):
        for part in range(count):
            step = np.where(free[:, place] & (part_of[:, place] == part), radix[:, place], np.uint64(1))
            added = np.where(step > 1, numerals[:, place], np.uint64(0))
            parts[:, part] = parts[:, part] * step + added
            sizes[:, part] *= step
    return parts, sizes, part_of


def _spread(
    characters: U8,
    parts: U64,
    radix: U64,
    free: NDArray[np.bool_],
    part_of: U8,
    first: U8,
) -> U8:
    image = characters.copy(order="F")
    for place in range(characters.shape[1] - 1, -1, -1):
        for part in range(parts.shape[1]):
            here = np.flatnonzero(free[:, place] & (part_of[:, place] == part))
            if not len(here):
                continue
            left, size = parts[here, part], radix[here, place]
            rest = left // size
            parts[here, part] = rest
            image[here, place] = first[here, place] + (left - rest * size).astype(np.uint8)
    return image


def prefix_lengths(grid: Grid) -> NDArray[np.int64]:
    """How many characters stand before the first digit of each row; none where there is no digit."""
    found = first_place(grid.classes == DIGIT)
    return np.where(found < grid.characters.shape[1], found, 0)


def prefixes(values: pa.Array[Any]) -> pa.Array[Any]:
    """What stands before the first digit of each text; empty for odd ones."""

    def cut(grid: Grid) -> pa.Array[Any]:
        if not grid.characters.shape[1]:
            return grid.texts()
        return Grid(grid.characters, prefix_lengths(grid)).texts()

    return each(values, cut, lambda _: "")
