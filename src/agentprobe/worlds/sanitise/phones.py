"""Telephone numbers: another number of the same country and length, written in the same way."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.characters import DIGIT, Grid, each, first_place, masked, running
from agentprobe.worlds.keyed import U8, Keyed
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.prefix_map import PrefixMap
from agentprobe.worlds.schema import Column, Table

_TWO_DIGITS = (
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 "
    "81 82 84 86 90 91 92 93 94 95 98"
)
"""Country codes of two digits (ITU-T E.164); 1 and 7 have one, all others three."""
_CODE_LENGTH = np.full(100, 3, np.uint8)
_CODE_LENGTH[[int(code) for code in _TWO_DIGITS.split()]] = 2
_CODE_LENGTH[10:20] = _CODE_LENGTH[70:80] = 1


class Phones:
    """Replaces the digits of telephone numbers; country code, trunk zero, spaces, dashes and brackets stay.

    A number is mapped by its national digits, so `+61 2 9374 4000` and `(02) 9374 4000` stay one number.
    Numbers of one area, whose first digits are the same, still share them; a number in an integer column
    keeps its length. What is not kept: whether an area exists, and nearness of numbers that differ in an
    early digit.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.PHONE})

    def __init__(self) -> None:
        self._keyed: Keyed | None = None
        self._map: PrefixMap | None = None

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """Nothing is to be learned: the key decides everything."""

    def settle(self, key: Key) -> None:
        """Make the permutations."""
        self._keyed = Keyed(key.sub("phone"))
        self._map = PrefixMap(self._keyed, (10, 8))

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The numbers that stand for a column's."""
        values = batch.column(column.name)
        if column.kind == "text":
            return self.replaced(values)
        return self.replaced(values.cast(pa.string())).cast(values.type)

    def replaced(self, values: pa.Array[Any]) -> pa.Array[Any]:
        """The numbers that stand for texts."""
        if self._keyed is None:
            raise RuntimeError("phone numbers are mapped before the key is settled")
        keyed = self._keyed
        return each(values, self._in_grid, lambda text: masked(keyed, text))

    def _in_grid(self, grid: Grid) -> pa.Array[Any]:
        if self._map is None or not grid.characters.shape[1]:
            return grid.texts()
        characters = grid.characters
        digits = grid.classes == DIGIT
        rank = running(digits)
        free = digits & (rank > _kept(characters, digits, rank)[:, None])
        numerals = np.where(free, characters - 48, 0).astype(np.uint8)
        # a national number that does not begin with 0 or 1 never does; 8 digits are left for it
        first = free & (running(free) == 1) & (numerals > 1)
        shift = 2 * first.astype(np.uint8)
        sizes = np.where(free, 10, 0).astype(np.uint8) - shift
        image = self._map.mapped(numerals - shift, sizes) + shift
        return Grid(np.where(free, image + 48, characters).astype(np.uint8), grid.lengths).texts()


def _kept(characters: U8, digits: NDArray[np.bool_], rank: U8) -> U8:
    """How many digits at the start stay: the country's code with its 00, and a trunk zero."""
    firsts, total = _first_digits(characters, digits, rank), rank[:, -1]
    plus = first_place(characters == ord("+")) < first_place(digits)
    doubled = (firsts[0] == 0) & (firsts[1] == 0) & (total > 8) & ~plus
    ten, one = (np.where(doubled, firsts[place + 2], firsts[place]) for place in (0, 1))
    code = np.minimum(ten * 10 + one, 99)
    kept = np.where(plus | doubled, 2 * doubled + _CODE_LENGTH[code], 0)
    trunk = (total > kept) & (np.choose(np.minimum(kept, 5), firsts) == 0)
    made: U8 = (kept + trunk).astype(np.uint8)
    return made


def _first_digits(characters: U8, digits: NDArray[np.bool_], rank: U8) -> list[U8]:
    """The first six digits of each row; 9 where there are fewer."""
    firsts = [np.full(len(characters), 9, np.uint8) for _ in range(6)]
    for place in range(characters.shape[1]):
        for number, kept in enumerate(firsts[: place + 1], start=1):
            here = digits[:, place] & (rank[:, place] == number)
            kept[here] = characters[here, place] - 48
    return firsts
