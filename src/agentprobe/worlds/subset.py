"""A part of a source in which every reference still finds its row.

What is in the part is decided by the keys of rows, so that the same seed gives the same part, and a smaller
part is contained in every larger one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.errors import ConfigError
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.schema import ForeignKey, Schema, Table
from agentprobe.worlds.source import Reading
from agentprobe.worlds.sources.form.batches import gathered, limited, picked
from agentprobe.worlds.sources.form.hashed import NOTHING, Hashes, keys_of, mixed, seeded

Marks = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
_LAST = np.iinfo(np.int64).max
"""The place of what is not wanted."""
_NO_PLACES = np.zeros(0, dtype=np.int64)


@dataclass
class _Keys:
    """What is known of a table's rows: a number for each key, none of the values."""

    rows: int
    chance: Hashes
    """What is picked first has the smallest."""
    wanted: Marks
    """Rows that the table's condition lets in."""
    columns: dict[tuple[str, ...], Hashes] = field(default_factory=dict)
    """For each set of columns that refers or is referred to, a number for each row's values."""


class Subset:
    """A reading of some rows of another.

    Rows of the `roots` (tables that refer to no others, unless told otherwise) are picked by the hash of
    their key. Of every other table come the rows that belong to a picked one, and at most its share: it is
    cut off after whole owners, so that those who are in have all that is theirs. Then whatever the picked
    rows refer to is added. A reference that finds nothing in the source finds nothing here either.
    """

    def __init__(
        self,
        reading: Reading,
        most: Mapping[str, int] | float,
        *,
        roots: Sequence[str] = (),
        where: Mapping[str, str] | None = None,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> None:
        """`most` is the share of each table's rows, or how many of some; of others come all that belong.

        `where` holds a condition in SQL for a table's rows to be picked; those that others refer to are added
        nevertheless. Raises ConfigError for unknown tables and for conditions that cannot be evaluated.
        """
        self.as_of = reading.as_of
        self.schema: Schema = reading.schema
        self._reading = reading
        self._most, self._where, self._seed = most, dict(where or {}), seed
        self._progress = progress or Quiet()
        self._check(roots)
        self._known = {table.name: self._keys(table) for table in self.schema.tables}
        self._places: dict[str, Places] = {}
        self._picked: dict[str, Marks] = {}
        for name, step in _route(self.schema, roots, {name: keys.rows for name, keys in self._known.items()}):
            self._pick(name, step)
        _close(self.schema, self._known, self._picked)
        self._counts = {name: int(marks.sum()) for name, marks in self._picked.items()}
        self._known.clear()
        self._places.clear()

    def rows(self, table: str) -> int:
        """How many rows of a table are in the part."""
        return self._counts[self.schema.table(table).name]

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`."""
        names = picked(self.schema.table(table), columns)
        yield from limited(gathered(self._kept(table, names)), most)

    def _kept(self, table: str, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        marks, start, left = self._picked[table], 0, self._counts[table]
        if not left:
            return
        for batch in self._reading.batches(table, names):
            here = marks[start : start + batch.num_rows]
            start += batch.num_rows
            count = int(here.sum())
            if count:
                yield batch if count == batch.num_rows else batch.filter(pa.array(here))
            left -= count
            if not left:
                return

    def _check(self, roots: Sequence[str]) -> None:
        named = [*roots, *self._where, *(self._most if isinstance(self._most, Mapping) else ())]
        for name in named:
            self.schema.table(name)
        if isinstance(self._most, Mapping):
            if bad := next((name for name, count in self._most.items() if count < 0), ""):
                raise ConfigError(f"table '{bad}' cannot have fewer than 0 rows")
        elif not 0 < self._most <= 1:
            raise ConfigError(f"a share is above 0 and at most 1, not {self._most:g}")

    def _keys(self, table: Table) -> _Keys:
        """Read the columns that hold a table's keys and references, and note a number for each value."""
        sets = {one.columns for one in table.references}
        sets |= {one.to for _, one in self.schema.children_of(table.name)}
        key = table.key or next((one for one in table.unique if _firm(table, one)), ())
        named = list(dict.fromkeys(name for one in (key, *sorted(sets)) for name in one))
        condition = _Condition(table, self._where.get(table.name, ""))
        read = list(dict.fromkeys([*named, *condition.columns])) or [table.columns[0].name]
        parts: dict[tuple[str, ...], list[Hashes]] = {one: [] for one in {key, *sets}}
        wanted: list[Marks] = []
        rows, total = 0, self._reading.rows(table.name)
        for batch in self._reading.batches(table.name, read):
            for one, found in parts.items():
                found.append(keys_of(batch, one))
            wanted.append(condition.holds(batch))
            rows += batch.num_rows
            self._progress.step(f"reading the keys of {table.name}", rows, total)
        columns = {one: _joined(found) for one, found in parts.items()}
        by_key = columns[key] if key else np.arange(rows, dtype=np.uint64)
        chance = mixed(by_key ^ seeded(self._seed, table.name))
        return _Keys(rows, chance, np.concatenate(wanted) if wanted else np.zeros(0, bool), columns)

    def _pick(self, name: str, step: _Step | None) -> None:
        """Put a table's rows in an order that does not depend on how many are picked, and pick the first."""
        keys = self._known[name]
        if step is not None and step.upward:
            owner = self._first_referring(keys, step)
            self._places[name] = np.where(owner < 0, _LAST, owner)
            self._picked[name] = self._referred(keys, step)
            return
        owner = np.full(keys.rows, -1, dtype=np.int64)
        if step is not None:
            theirs = self._known[step.other].columns[step.reference.to]
            owner = _looked_up(keys.columns[step.reference.columns], theirs)
        places = _ordered(keys, owner, self._places[step.other] if step is not None else _NO_PLACES)
        picked = places < self._allowed(name, keys)
        if step is not None and len(owner):
            theirs_picked = self._picked[step.other]
            share = theirs_picked.mean() if len(theirs_picked) else 1.0
            alone = places < ceil(share * int(keys.wanted.sum()))
            belongs = theirs_picked[owner] if len(theirs_picked) else np.zeros(len(owner), dtype=bool)
            picked &= np.where(owner < 0, alone, belongs)
        self._places[name], self._picked[name] = places, picked

    def _allowed(self, name: str, keys: _Keys) -> int:
        if isinstance(self._most, Mapping):
            return self._most.get(name, keys.rows)
        return ceil(self._most * int(keys.wanted.sum()))

    def _first_referring(self, keys: _Keys, step: _Step) -> Places:
        """For each row the place of the first row that refers to it; -1 for none."""
        places = self._places[step.other]
        able = np.flatnonzero(places != _LAST)
        able = able[np.argsort(places[able], kind="stable")]
        values = self._known[step.other].columns[step.reference.columns][able]
        at = _looked_up(keys.columns[step.reference.to], values)
        return np.where(at < 0, -1, places[able][at]) if len(able) else at

    def _referred(self, keys: _Keys, step: _Step) -> Marks:
        values = self._known[step.other].columns[step.reference.columns][self._picked[step.other]]
        found: Marks = _looked_up(keys.columns[step.reference.to], values) >= 0
        return found


def _ordered(keys: _Keys, owner: Places, theirs: Places) -> Places:
    """The place of each row: those of one owner together, owners in their order, chance within.

    Rows that belong to nobody stand evenly among the others.
    """
    places = np.full(keys.rows, _LAST, dtype=np.int64)
    able = np.flatnonzero(keys.wanted)
    alone, owned = able[owner[able] < 0], able[owner[able] >= 0]
    alone = alone[np.lexsort((alone, keys.chance[alone]))]
    if len(owned):
        owned = owned[np.lexsort((owned, keys.chance[owned], theirs[owner[owned]]))]
    along = np.concatenate([_even(len(owned)), _even(len(alone))])
    order = np.concatenate([owned, alone])[np.argsort(along, kind="stable")]
    places[order] = np.arange(len(order))
    return places


def _even(count: int) -> npt.NDArray[np.float64]:
    return (np.arange(count) + 0.5) / max(count, 1)


@dataclass(frozen=True)
class _Step:
    """How a table is reached from one that has been decided."""

    reference: ForeignKey
    other: str
    """The table that was decided before."""
    upward: bool = False
    """Does the other refer to this one?"""


def _route(
    schema: Schema, roots: Sequence[str], rows: Mapping[str, int]
) -> Iterator[tuple[str, _Step | None]]:
    """Every table once, after that which decides its rows; None for one that is picked by itself."""
    decided: list[str] = []
    for name in dict.fromkeys(roots):
        decided.append(name)
        yield name, None
    for name in decided:  # what the roots refer to comes with them, and what that refers to
        for reference in schema.table(name).references:
            if reference.table not in decided:
                decided.append(reference.table)
                yield reference.table, _Step(reference, name, upward=True)
    waiting = [table for table in schema.parents_first() if table.name not in decided]
    while waiting:
        ready = next((one for one in waiting if _owner(one, decided, rows)), None)
        table = ready if ready is not None else _free(waiting)
        waiting.remove(table)
        decided.append(table.name)
        yield table.name, _owner(table, decided[:-1], rows)


def _free(waiting: Sequence[Table]) -> Table:
    """The first table that refers to none of those that wait; in a cycle the first of all."""
    names = {table.name for table in waiting}
    for table in waiting:
        if not ({one.table for one in table.references} - {table.name}) & names:
            return table
    return waiting[0]


def _owner(table: Table, decided: Sequence[str], rows: Mapping[str, int]) -> _Step | None:
    """The reference that says to whom a row belongs: one that is never empty, to the largest table."""
    able = [one for one in table.references if one.table in decided and one.table != table.name]
    if not able:
        return None
    best = max(able, key=lambda one: (_firm(table, one.columns), rows[one.table]))
    return _Step(best, best.table)


def _firm(table: Table, columns: Sequence[str]) -> bool:
    return not any(table.column(name).nullable for name in columns)


def _close(schema: Schema, known: Mapping[str, _Keys], marks: Mapping[str, Marks]) -> None:
    """Add every row that a picked one refers to, until none is missing."""
    fresh = {name: np.flatnonzero(found) for name, found in marks.items()}
    while any(len(rows) for rows in fresh.values()):
        added: dict[str, list[Places]] = {}
        for table in schema.tables:
            for reference in table.references:
                values = known[table.name].columns[reference.columns][fresh[table.name]]
                values = np.unique(values[values != NOTHING])
                there = known[reference.table].columns[reference.to]
                missing = np.flatnonzero(~marks[reference.table])
                missing = missing[_looked_up(there[missing], values) >= 0] if len(values) else missing[:0]
                marks[reference.table][missing] = True
                added.setdefault(reference.table, []).append(missing)
        fresh = {name: _together(added.get(name, [])) for name in marks}


def _together(parts: Sequence[Places]) -> Places:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _looked_up(values: Hashes, among: Hashes) -> Places:
    """For each value the first place at which it stands among others; -1 for none, and for `NOTHING`."""
    if not len(among):
        return np.full(len(values), -1, dtype=np.int64)
    order = np.argsort(among, kind="stable")
    places = np.searchsorted(among[order], values)
    places[places == len(among)] = 0
    at = order[places]
    return np.where((among[at] == values) & (values != NOTHING), at, -1).astype(np.int64)


def _joined(parts: Sequence[Hashes]) -> Hashes:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)


class _Condition:
    """A condition in SQL on the rows of a table; it can reach nothing but the batch it is asked of."""

    def __init__(self, table: Table, sql: str) -> None:
        self._table, self._sql = table.name, sql
        self.columns = [column.name for column in table.columns if column.name.lower() in sql.lower()]
        self.columns = self.columns or [table.columns[0].name] if sql else []
        if sql:
            self._connection = duckdb.connect()
            self._connection.execute("SET enable_external_access = false")
            self._connection.execute("SET python_enable_replacements = false")
            self._connection.execute("SET lock_configuration = true")

    def holds(self, batch: pa.RecordBatch) -> Marks:
        """For each row: does the condition hold? Unknown is no."""
        if not self._sql:
            return np.ones(batch.num_rows, dtype=bool)
        plain = batch.select(self.columns)
        try:
            self._connection.register("rows", pa.Table.from_batches([plain]))
            found: Any = self._connection.sql(f"SELECT coalesce(({self._sql}), false) AS holds FROM rows")
            holds = found.to_arrow_table().column(0).cast(pa.bool_())
        except duckdb.Error as error:
            text = " ".join(str(error).split("LINE")[0].split())
            raise ConfigError(
                f"the condition for table '{self._table}' cannot be evaluated: {text}"
            ) from None
        marks = np.asarray(holds.combine_chunks(), dtype=bool)
        if len(marks) != batch.num_rows:
            raise ConfigError(f"the condition for table '{self._table}' must say yes or no of each row")
        return marks
