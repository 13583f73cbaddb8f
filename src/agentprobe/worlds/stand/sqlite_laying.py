"""Large tables and their indexes, laid into a SQLite file page by page, many times faster than row by row."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from agentprobe.errors import FixtureError
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.progress import Progress
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.source import BATCH_ROWS
from agentprobe.worlds.stand.indexes import Index, Way
from agentprobe.worlds.stand.rows import ordered, parquet, quoted
from agentprobe.worlds.stand.sqlite_columns import packed, spelled, whole_key
from agentprobe.worlds.stand.sqlite_pages import MOST_IN_INDEX, MOST_IN_TABLE, Pages, Tree
from agentprobe.worlds.stand.sqlite_records import LARGEST, cells

_FOLDED = f"translate({{}}, '{string.ascii_uppercase}', '{string.ascii_lowercase}')"
"""What SQLite's NOCASE compares: it knows only the letters of ASCII."""
_PLAIN = 9
"""Bytes of the longest number, with its type."""
_MOMENT = 42
"""Bytes of the longest date, time or number that is kept as text."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What there is to know of a table's values: how long they are at most, in bytes, and of what letters."""

    columns: dict[str, int]
    cut: frozenset[str]
    """Texts of which some have a null byte."""
    plain: frozenset[str]
    """Texts in ASCII only, whose capitals every database knows."""

    def fits(self, index: Index) -> bool:
        """Can the index be laid? NOCASE stops at a null byte, which a sort elsewhere would not."""
        if index.way is Way.PART or (index.way is Way.NOCASE and self.cut & set(index.columns)):
            return False
        return sum(self.columns[name] + 2 for name in index.columns) + 2 * _PLAIN <= MOST_IN_INDEX


def sizes(
    reader: duckdb.DuckDBPyConnection, world: WorldFolder, table: Table, exact: frozenset[str]
) -> Sizes | None:
    """Measure a table; None where it cannot be laid: no number for a key, or rows longer than a page."""
    key, files = whole_key(table), world.files(table.name)
    if key is None or not files:
        return None
    long = [one for one in table.columns if one.kind in ("text", "binary")]
    names = [one.name for one in long if one.kind == "text"]
    texts = [quoted(name) for name in names]
    lengths = [f"coalesce({_length(one)}, 0)" for one in long]
    asked = [
        f"coalesce(min({quoted(key)}), 0)",
        f"coalesce(max({quoted(key)}), 0)",
        f"coalesce(max({' + '.join(lengths) or '0'}), 0)",
        *(f"coalesce(max({length}), 0)" for length in lengths),
        *(f"coalesce(bool_or(contains({name}, chr(0))), false)" for name in texts),
        *(f"coalesce(bool_and(strlen({name}) = length({name})), true)" for name in texts),
    ]
    (found,) = reader.execute(f"SELECT {', '.join(asked)} FROM {parquet(files)}").fetchall()
    least, most, longest = found[:3]
    other = {one.name: _short(one, exact) for one in table.columns if one not in long}
    row = longest + sum(other.values()) + 2 * len(table.columns) + 2 * _PLAIN
    if least < 0 or most >= LARGEST or row > MOST_IN_TABLE:
        return None
    named = dict(zip([one.name for one in long], found[3:], strict=False))
    cut, plain = found[3 + len(long) :][: len(texts)], found[3 + len(long) + len(texts) :]
    return Sizes(
        columns=named | other,
        cut=frozenset(name for name, holds in zip(names, cut, strict=True) if holds),
        plain=frozenset(name for name, holds in zip(names, plain, strict=True) if holds),
    )


def lay_table(
    pages: Pages,
    root: int,
    reader: duckdb.DuckDBPyConnection,
    world: WorldFolder,
    table: Table,
    exact: frozenset[str],
    progress: Progress,
) -> None:
    """Write all rows of a table in the order of its key; raises FixtureError for a key that stands twice."""
    tree, done, last = Tree(pages, root, table=True), 0, -1
    key = table.key[0]
    for batch in ordered(reader, world, table, lambda one, at: spelled(one, at, exact)):
        rowids = np.asarray(batch.column(key)).astype(np.int64)
        if rowids[0] == last or (np.diff(rowids) == 0).any():
            raise FixtureError(f"table '{table.name}' has a value of its key '{key}' twice")
        last = int(rowids[-1])
        columns = [None if one.name == key else _values(one, batch) for one in table.columns]
        tree.add(cells(columns, rowids), rowids)
        done += batch.num_rows
        progress.step(f"standing {table.name}", done, world.rows(table.name))
    tree.finish()


def lay_index(
    pages: Pages,
    root: int,
    reader: duckdb.DuckDBPyConnection,
    world: WorldFolder,
    table: Table,
    index: Index,
    exact: frozenset[str],
    plain: frozenset[str],
) -> None:
    """Write an index of a table, sorted as SQLite compares: nulls, numbers, then texts by their bytes."""
    key = quoted(table.key[0])
    held = [spelled(table.column(name), quoted(name), exact) for name in index.columns]
    sorted_by = held
    if index.way is Way.NOCASE:
        folds = ["lower({})" if name in plain else _FOLDED for name in index.columns]
        sorted_by = [fold.format(one) for fold, one in zip(folds, held, strict=True)]
    names = [f"{one} AS c{number}" for number, one in enumerate((*held, key))]
    order = ", ".join(f"{one} NULLS FIRST" for one in (*sorted_by, key))
    asked = f"SELECT {', '.join(names)} FROM {parquet(world.files(table.name))} ORDER BY {order}"
    tree = Tree(pages, root, table=False)
    for batch in reader.sql(asked).to_arrow_reader(BATCH_ROWS):
        tree.add(cells(list(batch.columns), None))
    tree.finish()


def _length(column: Column) -> str:
    name = quoted(column.name)
    return f"octet_length({name})" if column.kind == "binary" else f"strlen({name})"


def _short(column: Column, exact: frozenset[str]) -> int:
    if column.kind == "vector":
        return 4 * column.size
    numbers = column.kind in ("integer", "float", "boolean") or column.name in exact
    return _PLAIN if numbers else _MOMENT


def _values(column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
    values = batch.column(column.name)
    return pa.array(packed(values, column.size), pa.binary()) if column.kind == "vector" else values
