"""Takes the shape of a source or a world: what decides how many rows fit a question, and none of its
values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.keys import Key
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Schema, Table
from agentprobe.worlds.shape.arrays import Values
from agentprobe.worlds.shape.counting import Counting, codes, sizes
from agentprobe.worlds.shape.fans import fan_of, sizes_of
from agentprobe.worlds.shape.fields import Fields
from agentprobe.worlds.shape.gaps import missing_of
from agentprobe.worlds.shape.lexicon import Lexicon
from agentprobe.worlds.shape.model import Fan, Shape, TableShape
from agentprobe.worlds.shape.persons import People, people_of
from agentprobe.worlds.shape.special import calendars_of, documents_of, vectors_of
from agentprobe.worlds.shape.spectrum import Spectrum
from agentprobe.worlds.shape.together import pairs_of
from agentprobe.worlds.source import Reading

MOST_ROWS = 1_000_000
"""Of a larger table so many rows are looked at; of references, all."""
_UNREAD = frozenset({Role.SECRET, Role.DROPPED, Role.VECTOR, Role.DOCUMENT})


def profile(
    reading: Reading | WorldFolder,
    schema: Schema,
    *,
    progress: Progress | None = None,
    epsilon: float | None = None,
    k: int = 5,
    name: str = "",
    source: str = "",
    key: Key | None = None,
    like: Shape | None = None,
) -> Shape:
    """Take the shape of every table of `schema`, whose columns have their roles.

    No value that fewer than `k` rows have is in it, and of names, addresses and free text none at all.
    In their place stand made-up words (`lexicon.py`), which `key` decides; without one, a new key that nobody
    keeps. `like` is a shape of the same source, whose documents, calendars and vectors are taken over.
    `epsilon` adds noise to every count, and there are no made-up words; `Counting` says what that
    promises.
    """
    counting = Counting(k=k, epsilon=epsilon, noise=_noise() if epsilon else np.random.default_rng(0))
    told = progress or Quiet()
    told.step("what words share")
    lexicon = Lexicon.of(reading, schema, key or Key.new()) if epsilon is None else None
    tables = []
    for number, table in enumerate(schema.tables):
        told.step(f"taking the shape of {table.name}", number, len(schema.tables))
        tables.append(_table(reading, table, counting, lexicon))
    return Shape(
        name=name or "profile",
        as_of=reading.as_of,
        source=source,
        tables=tuple(tables),
        k=k,
        epsilon=epsilon,
        documents=documents_of(reading, schema) if like is None else like.documents,
        calendars=calendars_of(reading, schema) if like is None else like.calendars,
        vectors=vectors_of(reading, schema) if like is None else like.vectors,
    )


def _noise() -> np.random.Generator:
    """Noise that nobody can take away again: its seed is drawn and forgotten."""
    return np.random.default_rng(int.from_bytes(Key.new().secret))


def _table(
    reading: Reading | WorldFolder, table: Table, counting: Counting, lexicon: Lexicon | None
) -> TableShape:
    rows, data = _read(reading, table)
    seen = len(next(iter(data.values()))) if data else 0
    people = people_of(table, data, seen)
    fields = Fields(table, data, people, counting, lexicon)
    told = fields.all()
    pairs, reuse = _pairs(fields, people)
    explained = {field.name for field in told if field.absent}
    empty = {name: _empty(values) for name, values in data.items() if name not in explained}
    records = sizes_of(np.bincount(people.cluster), counting) if people.found else ((1.0, 1.0),)
    return TableShape(
        table=table,
        rows=rows,
        fields=told,
        records=records,
        pairs=pairs,
        reuse=reuse,
        missing=missing_of(empty, counting) if seen else (),
        fans=tuple(
            _fan(reading, table, columns.columns, columns.table, counting) for columns in table.references
        ),
    )


def _read(reading: Reading | WorldFolder, table: Table) -> tuple[int, dict[str, Values]]:
    """The rows of a table, or evenly spread ones of a large one; nothing of columns that are left out."""
    names = [column.name for column in table.columns if column.role not in _UNREAD]
    if not names:
        return sum(batch.num_rows for batch in reading.batches(table.name, [table.columns[0].name])), {}
    known = reading.rows(table.name)
    every = max(-(-(known or 0) // MOST_ROWS), 1)
    rows, batches = 0, []
    for batch in reading.batches(table.name, names):
        batches.append(
            batch if every == 1 else batch.take(pa.array(_spread(rows, batch.num_rows, every), pa.int64()))
        )
        rows += batch.num_rows
    whole = pa.Table.from_batches(batches, _picked(table, names))
    return rows, {name: whole.column(name).combine_chunks() for name in names}


def _spread(first: int, many: int, every: int) -> npt.NDArray[np.int64]:
    """One row of each `every`, wherever the batches are cut."""
    return np.arange(-first % every, many, every)


def _picked(table: Table, names: Sequence[str]) -> pa.Schema:
    schema = schema_of(table)
    return pa.schema([schema.field(name) for name in names])


def _empty(values: Values) -> npt.NDArray[np.bool_]:
    return values.is_null().to_numpy(zero_copy_only=False).astype(bool)


def _pairs(fields: Fields, people: People) -> tuple[Spectrum | None, float]:
    """How the names of the table's people come together."""
    by: dict[str, Values] = {}
    for name, values in fields.names.items():
        column, _, part = name.partition("/")
        by.setdefault(part or str(fields.table.column(column).role), values)
    given, surname = by.get("given_name", by.get("given")), by.get("surname")
    if given is None or surname is None:
        return None, 0.0
    return pairs_of(people.told(given), people.told(surname))


def _fan(
    reading: Reading | WorldFolder, table: Table, columns: tuple[str, ...], to: str, counting: Counting
) -> Fan:
    """How many rows refer to each row of the other table; all rows are counted."""
    batches = list(reading.batches(table.name, columns))
    whole = pa.Table.from_batches(batches, _picked(table, columns))
    parts = [codes(whole.column(name).combine_chunks()) for name in columns]
    numbers = parts[0]
    for part in parts[1:]:
        numbers = np.where((numbers >= 0) & (part >= 0), numbers * (int(part.max(initial=0)) + 1) + part, -1)
    known = reading.rows(to)
    parents = known if known is not None else sum(batch.num_rows for batch in reading.batches(to))
    return fan_of(columns, sizes(numbers), parents, len(numbers), counting)
