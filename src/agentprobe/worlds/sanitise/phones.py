"""Telephone numbers: another number of the same country and length, written in the same way."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.characters import DIGIT, Grid, each, first_place, grid_of, masked, running
from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import U8, U64, Keyed
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import PROSE, Role
from agentprobe.worlds.sanitise.prefix_map import PrefixMap
from agentprobe.worlds.sanitise.seen_numbers import SeenNumbers
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.schema import Column, Table

_TWO_DIGITS = (
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 "
    "81 82 84 86 90 91 92 93 94 95 98"
)
"""Country codes of two digits (ITU-T E.164); 1 and 7 have one, all others three."""
_LONGEST, _MOST_DIGITS, _FEWEST = 40, 18, 6
"""Signs and digits of a number that is known again in texts, and its fewest national digits."""
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

    def __init__(self, *, told: bool = True) -> None:
        """`told` says that numbers may stand in texts as well, so that they must be known there."""
        self._keyed: Keyed | None = None
        self._map: PrefixMap | None = None
        self._told = told
        self._seen = SeenNumbers()

    @classmethod
    def of(cls, setting: Setting, _words: object) -> Phones:
        """The treatment for a snapshot."""
        return cls(told=any(table.having(*PROSE) for table in setting.schema.tables))

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """See which numbers there are, for those who meet them in texts; the key decides everything else."""
        for column in table.having(Role.PHONE) if self._told else ():
            if column.name in batch.schema.names:
                self._seen.add(national(batch.column(column.name).cast(pa.string())))

    @property
    def any(self) -> bool:
        """Was any number seen?"""
        return len(self._seen) > 0

    def holds(self, values: pa.Array[Any]) -> NDArray[np.bool_]:
        """Which texts are numbers that were seen, however they were written there."""
        return self._seen.hold(national(values))

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


def national(values: pa.Array[Any]) -> U64:
    """The national digits of each number behind a 1, as one number; 0 for what is no telephone number."""
    filled = pc.fill_null(values, "")
    short = pc.and_(pc.string_is_ascii(filled), pc.less_equal(pc.binary_length(filled), _LONGEST))
    grid = grid_of(pc.if_else(short, filled, ""))
    found = np.ones(len(values), np.uint64)
    if grid.characters.shape[1]:
        digits = grid.classes == DIGIT
        rank = running(digits)
        free = digits & (rank > _kept(grid.characters, digits, rank)[:, None])
        for place in range(free.shape[1]):
            here = free[:, place]
            found = np.where(here, found * 10 + (grid.characters[:, place] - 48), found)
        found[rank[:, -1] > _MOST_DIGITS] = 0
    return np.where(found >= 10**_FEWEST, found, 0).astype(np.uint64)


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


def _first_digits(characters: U8, digits: NDArray[np.bool_], rank: U8) -> U8:
    """The first six digits of each row; 9 where there are fewer."""
    firsts = np.full((6, len(characters)), 9, np.uint8)
    places, rows = np.nonzero((digits & (rank <= 6)).T)
    firsts[rank.T[places, rows] - 1, rows] = characters.T[places, rows] - 48
    return firsts
