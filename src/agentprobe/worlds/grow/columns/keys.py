"""Keys, in no order and never twice, and references to them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.errors import ConfigError
from agentprobe.worlds.grow.chance import Chance, Whole, shuffled
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.gathered import Gathered
from agentprobe.worlds.grow.joined import Strings, digits, joined
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.schema import ForeignKey, Table
from agentprobe.worlds.shape.model import Key

_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


class Keys(ColumnGrower):
    """One key a row, by a shuffling of all numbers with so many digits."""

    @cached_property
    def _key(self) -> Key:
        assert isinstance(self.field.model, Key)
        return self.field.model

    def numbers(self, rows: Rows) -> Whole:
        """The row itself."""
        return rows.places

    def values(self, rows: Rows) -> Gathered:
        """Numbers, text or UUIDs."""
        return Gathered(self._told(rows))

    def _told(self, rows: Rows) -> Strings:
        if self._key.form == "ordinal":
            return pa.array(rows.frame.ordinals(rows.places) + 1)
        chance = rows.chance(self.field.name).at("key")
        if self._key.form == "uuid":
            return _uuids(rows.places, chance)
        first = 10 ** (self._key.digits - 1)
        if rows.frame.rows > 9 * first:
            wanted = f"{rows.frame.rows:,} rows need more than the {self._key.digits} digits"
            raise ConfigError(f"{wanted} of {self.shape.table.name}.{self.field.name}; give its shape more")
        number = first + shuffled(rows.places, 9 * first, chance)
        whole: Strings = pa.array(number)
        return (
            whole
            if self._key.form == "number"
            else joined(self._key.prefix, digits(number, self._key.digits))
        )


class References(ColumnGrower):
    """The key of the row referred to."""

    def numbers(self, rows: Rows) -> Whole:
        """The row referred to, -1 for none."""
        return rows.frame.referred(self._columns, rows.places)

    def values(self, rows: Rows) -> Gathered:
        """The other row's key, as it stands there."""
        return Gathered(self._told(rows))

    def _told(self, rows: Rows) -> Strings:
        number = rows.numbers(self.field.name)
        target = rows.grower.referred(self._columns)
        name = self._reference.to[self._columns.index(self.field.name)]
        found = Rows(target, np.maximum(number, 0)).plain(name)
        none = number < 0
        return found.filter(pa.array(~none)).take(_gaps(none)) if none.any() else found

    @property
    def _columns(self) -> tuple[str, ...]:
        return self._reference.columns

    @cached_property
    def _reference(self) -> ForeignKey:
        return reference_of(self.shape.table, self.field.name)


def reference_of(table: Table, column: str) -> ForeignKey:
    """The reference that a column is part of."""
    return next(one for one in table.references if column in one.columns)


def _gaps(none: npt.NDArray[np.bool_]) -> pa.Array[pa.Int64Scalar]:
    """Places that skip the gaps."""
    places = np.cumsum(~none) - 1
    return pa.array(places, pa.int64(), mask=none)


def _uuids(places: Whole, chance: Chance) -> Strings:
    """Version 4 UUIDs (RFC 9562) of random bits that belong to the place."""
    raw = np.empty((len(places), 16), np.uint8)
    for half, label in enumerate(("high", "low")):
        bits = chance.at(label).bits(places).astype(">u8")
        raw[:, half * 8 : half * 8 + 8] = bits.view(np.uint8).reshape(-1, 8)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    text = np.full((len(places), 36), ord("-"), np.uint8)
    at = [column for column in range(36) if column not in (8, 13, 18, 23)]
    text[:, at[0::2]] = _HEX[raw >> 4]
    text[:, at[1::2]] = _HEX[raw & 15]
    ends = np.arange(0, 36 * len(places) + 1, 36, dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(places), pa.py_buffer(ends.tobytes()), pa.py_buffer(text.tobytes())
    )
