"""Whose a row is: rows of one customer share what is decided per customer, such as how their dates move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from agentprobe.worlds.characters import Grid, each, grid_of
from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import U64, Keyed
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.setting import ALL_TOGETHER, Setting
from agentprobe.worlds.schema import Column, ForeignKey, Table

_TELLS_WHO = (Role.IDENTIFIER, Role.EMAIL, Role.USERNAME, Role.PHONE, Role.FULL_NAME, Role.CODE)
_NUMBERED = Keyed(b"numbers of names")  # no secret: it only gives values short names


class Entities:
    """Numbers for whoever rows belong to, followed over references up to the root.

    Tables must be learned parents first. A reference that leads nowhere stands for itself.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._heard: dict[tuple[str, str], list[tuple[U64, U64]]] = {}
        self._links: dict[tuple[str, str], tuple[U64, U64]] = {}

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """Remember whose the rows are that others refer to."""
        own = self._setting.entities.get(table.name, "")
        if own == ALL_TOGETHER:
            return
        wanted = {one.to[0] for _, one in self._setting.schema.children_of(table.name) if len(one.to) == 1}
        for name in sorted(wanted & set(batch.schema.names)):
            if own and name != own:
                pair = numbered(table.column(name), batch.column(name)), self.of(table, batch)
                self._heard.setdefault((table.name, name), []).append(pair)

    def of(self, table: Table, batch: pa.RecordBatch) -> U64:
        """A number for the owner of each row; the same in all tables."""
        column = self._column(table)
        together = self._setting.entities.get(table.name) == ALL_TOGETHER
        if together or column is None or column.name not in batch.schema.names:
            return np.zeros(batch.num_rows, np.uint64)
        values = batch.column(column.name)
        owners = numbered(column, values)
        for reference in table.references:
            if reference.columns == (column.name,) and reference.table != table.name:
                owners = self._followed(reference, owners)
        if values.null_count and len(table.key) == 1 and table.key[0] in batch.schema.names:
            rows = numbered(table.column(table.key[0]), batch.column(table.key[0]))
            owners = np.where(values.is_null().to_numpy(zero_copy_only=False), rows, owners)
        return owners

    def _column(self, table: Table) -> Column | None:
        named = self._setting.entities.get(table.name, "")
        if named and any(column.name == named for column in table.columns):
            return table.column(named)
        if len(table.key) == 1:
            return table.column(table.key[0])
        telling = [column for role in _TELLS_WHO for column in table.having(role)]
        return telling[0] if telling else None

    def _followed(self, reference: ForeignKey, owners: U64) -> U64:
        place = reference.table, reference.to[0]
        if place not in self._links:
            if place not in self._heard:
                return owners
            heard = self._heard.pop(place)
            keys, found = (np.concatenate([pair[side] for pair in heard]) for side in (0, 1))
            keys, first = np.unique(keys, return_index=True)
            self._links[place] = keys, found[first]
        keys, found = self._links[place]
        at = np.minimum(np.searchsorted(keys, owners), len(keys) - 1)
        return np.where(keys[at] == owners, found[at], owners)


def numbered(column: Column, values: pa.Array[Any]) -> U64:
    """64 bits that stand for each value of a column; equal values of one domain have equal ones."""
    tweak = int.from_bytes(_NUMBERED.bytes_of((column.domain or column.name).encode(), 4), "little")
    if pa.types.is_integer(values.type):
        plain = pc.fill_null(values, 0).to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
        return _NUMBERED.numbers(plain, tweak)
    texts = values if pa.types.is_string(values.type) else _spelled(values)
    told = each(texts, Grid.texts, lambda text: _NUMBERED.bytes_of(text.encode(), 8).hex())
    grid = grid_of(pc.fill_null(told, ""))
    return _NUMBERED.numbers(_NUMBERED.texts(grid.characters, grid.lengths), tweak)


def _spelled(values: pa.Array[Any]) -> pa.Array[Any]:
    if pa.types.is_binary(values.type):
        return pa.array([None if value is None else value.hex() for value in values.to_pylist()], pa.string())
    return values.cast(pa.string())
