"""What stands beside a database: an index to search by meaning, and calendars."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from agentprobe.worlds.folder import WorldFolder, spelled
from agentprobe.worlds.progress import Progress
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.stand.standing import VectorIndex
from agentprobe.worlds.stand.vector_index import Floats, Writer
from agentprobe.worlds.vectors.embed import Embedding, embedding

CALENDARS = ("calendars", "events", "attendances")
MOST_ATTENDANCES = 1_000_000
"""Files of more would take minutes to write, and each run gets a copy."""


def stand_vectors(
    world: WorldFolder, folder: Path, embed: str, progress: Progress
) -> tuple[VectorIndex, ...]:
    """An index for each table that is searched by meaning."""
    return tuple(
        _indexed(world, folder, table, embed, progress)
        for table in world.schema.tables
        if world.rows(table.name) and _searched(table) is not None
    )


def stand_calendars(world: WorldFolder, folder: Path) -> tuple[int, tuple[str, ...]]:
    """Write calendars as .ics files, where the world has any; says how many, and what is left out."""
    if not set(CALENDARS) <= set(world.schema.names):
        return 0, ()
    from agentprobe.worlds.calendars.ics import write_ics  # brings a parser that other worlds do without
    from agentprobe.worlds.calendars.tables import CalendarTables

    if world.rows("attendances") > MOST_ATTENDANCES:
        return 0, (f"more than {MOST_ATTENDANCES:,} attendances: calendars stand in the database only",)
    place = folder / "calendars"
    tables = {name: world.table(name) for name in CALENDARS}
    return len(write_ics(CalendarTables(**tables), place)), ()


def _searched(table: Table) -> Column | None:
    """The column that is searched: vectors where there are some, else whole texts."""
    vectors = [column for column in table.columns if column.kind == "vector"]
    return next(iter((*vectors, *table.having(Role.DOCUMENT))), None)


def _indexed(world: WorldFolder, folder: Path, table: Table, embed: str, progress: Progress) -> VectorIndex:
    column = _searched(table)
    assert column is not None, "only tables with something to search are indexed"
    if column.kind == "vector":
        made_by, vectors = "the table", _own(world, table, column)
    else:
        made_by = embed or "agentprobe.worlds.vectors.embed:embed"
        vectors = _embedded(world, table, column, embedding(embed))
    writer = Writer(folder / "vectors", spelled(table.name), world.rows(table.name))
    done, total = 0, world.rows(table.name)
    for keys, floats in vectors:
        writer.add(keys, floats)
        done += len(keys)
        progress.step(f"indexing {table.name} by meaning", done, total)
    return writer.finished(table.name, column.name, made_by)


def _own(world: WorldFolder, table: Table, column: Column) -> Iterator[tuple[pa.Array[Any], Floats]]:
    for batch in world.batches(table.name):
        there = batch.filter(pc.is_valid(batch.column(column.name)))
        held: Any = there.column(column.name)
        flat = held.flatten().to_numpy(zero_copy_only=False)
        yield _keys(table, there), flat.astype(np.float32).reshape(there.num_rows, -1)


def _embedded(
    world: WorldFolder, table: Table, column: Column, embed: Embedding
) -> Iterator[tuple[pa.Array[Any], Floats]]:
    titles = [one.name for one in table.having(Role.TITLE)][:1]
    for batch in world.batches(table.name):
        there = batch.filter(pc.is_valid(batch.column(column.name)))
        columns: list[Any] = [there.column(one) for one in (*titles, column.name)]
        read: list[Any] = [pc.fill_null(one, "") for one in columns]
        texts = pc.binary_join_element_wise(*read, "\n") if titles else read[0]
        yield _keys(table, there), embed(texts.to_pylist())


def _keys(table: Table, batch: pa.RecordBatch) -> pa.Array[Any]:
    """What names each row: its key, with `/` between the parts; empty where the table has none."""
    if not table.key:
        return pa.nulls(batch.num_rows, pa.int64())
    columns: list[pa.Array[Any]] = [batch.column(name) for name in table.key]
    if len(columns) == 1 and pa.types.is_integer(columns[0].type):
        return columns[0]
    texts: list[Any] = [pc.cast(column, pa.string()) for column in columns]
    joined: pa.Array[Any] = pc.binary_join_element_wise(*texts, "/")
    return joined
