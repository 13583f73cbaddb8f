"""Tables that are not made row by row: those with documents or vectors, and the three of calendars.

They are made from beginning to end by the parts of the room that know them; what is left of their columns is
made as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from agentprobe.worlds.arrow import schema_of, type_of
from agentprobe.worlds.calendars.grow import grow as grow_calendars
from agentprobe.worlds.calendars.shape import CalendarShape
from agentprobe.worlds.documents.grow import grow as grow_documents
from agentprobe.worlds.documents.traits import DocumentShape
from agentprobe.worlds.folder import TableWriter
from agentprobe.worlds.grow.columns.moments import DAY, written
from agentprobe.worlds.grow.tables import Growing, TableGrower
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.left_out import LEFT_OUT
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.shape.model import Email, Field, Moment
from agentprobe.worlds.shape.special import CALENDARS, SPELLED_OUT
from agentprobe.worlds.source import BATCH_ROWS
from agentprobe.worlds.vectors.grow import grow as grow_vectors
from agentprobe.worlds.vectors.shape import VectorShape


def whole_tables(world: Growing) -> tuple[str, ...]:
    """The tables that are made here."""
    shape = world.shape
    special = {*shape.documents, *(name.rpartition(".")[0] for name in shape.vectors)}
    return tuple(name for name in world.tables if name in special or (shape.calendars and name in CALENDARS))


def grow_whole(world: Growing, seed: int, folder: Path) -> Iterator[tuple[str, int]]:
    """Make them below a folder; gives each one's name and rows."""
    names = whole_tables(world)
    if world.shape.calendars:
        yield from _calendars(world, seed, folder)
    for name in names:
        if not (world.shape.calendars and name in CALENDARS):
            with TableWriter(folder, world.tables[name].table) as writer:
                for batch in _batches(world, name, seed):
                    writer.add(batch)
            yield name, writer.rows


def _calendars(world: Growing, seed: int, folder: Path) -> Iterator[tuple[str, int]]:
    shape = msgspec.convert(world.shape.calendars, CalendarShape)
    writers = {name: TableWriter(folder, world.tables[name].table) for name in CALENDARS}
    for name, batch in grow_calendars(shape, world.frames[CALENDARS[0]].rows, seed):
        writers[name].add(_filled(world.tables[name], writers[name].rows, batch))
    for name, writer in writers.items():
        writer.close()
        yield name, writer.rows


def _batches(world: Growing, name: str, seed: int) -> Iterator[pa.RecordBatch]:
    """The table's own columns, with those that come whole beside them."""
    grower = world.tables[name]
    columns = {}
    for column in grower.table.columns:
        told = world.shape.vectors.get(f"{name}.{column.name}")
        if told is not None:
            columns[column.name] = grow_vectors(msgspec.convert(told, VectorShape), grower.frame.rows, seed)
    if name in world.shape.documents:
        yield from _documents(world, grower, seed, {key: _steady(stream) for key, stream in columns.items()})
    else:
        yield from _merged(grower, {key: _steady(stream) for key, stream in columns.items()})


def _merged(grower: TableGrower, streams: dict[str, Iterator[pa.Array[Any]]]) -> Iterator[pa.RecordBatch]:
    for start in range(0, grower.frame.rows, BATCH_ROWS):
        batch = grower.batch(np.arange(start, min(start + BATCH_ROWS, grower.frame.rows)))
        yield _with(batch, {name: next(stream) for name, stream in streams.items()})


def _documents(
    world: Growing, grower: TableGrower, seed: int, streams: dict[str, Iterator[pa.Array[Any]]]
) -> Iterator[pa.RecordBatch]:
    """Where the table has all that grown documents tell, they are it; elsewhere they give title and text."""
    shape = msgspec.convert(world.shape.documents[grower.table.name], DocumentShape)
    start = 0
    whole = {column.name for column in grower.table.columns} >= set(SPELLED_OUT)
    for told in _cut(grow_documents(shape, grower.frame.rows, seed)):
        if whole and not streams and told.schema.names == [column.name for column in grower.table.columns]:
            yield _filled(grower, start, told)
            start += told.num_rows
            continue
        batch = grower.batch(np.arange(start, start + told.num_rows))
        start += told.num_rows
        news = _fitting(grower, told) if whole else _by_role(grower.table, told)
        news |= {name: next(stream) for name, stream in streams.items()}
        yield _with(batch, news)


def _by_role(table: Table, told: pa.RecordBatch) -> dict[str, pa.Array[Any]]:
    found = {column.name: told.column("body") for column in table.having(Role.DOCUMENT)}
    return found | {column.name: told.column("title") for column in table.having(Role.TITLE)}


def _with(batch: pa.RecordBatch, news: dict[str, pa.Array[Any]]) -> pa.RecordBatch:
    fields = [(field.name, news.get(field.name, batch.column(at))) for at, field in enumerate(batch.schema)]
    values = [value.cast(batch.schema.field(name).type) for name, value in fields]
    return pa.record_batch(values, schema=batch.schema)


def _filled(grower: TableGrower, start: int, told: pa.RecordBatch) -> pa.RecordBatch:
    """The columns of the table in its order and types: what is not told is made as everywhere."""
    news = _fitting(grower, told)
    schema = schema_of(grower.table)
    others = [name for name in schema.names if name not in news]
    if others:
        places = np.arange(start, start + told.num_rows) % max(grower.frame.rows, 1)
        made = grower.batch(places)
        news |= {name: made.column(name) for name in others}
    return pa.record_batch([news[name] for name in schema.names], schema=schema)


def _fitting(grower: TableGrower, told: pa.RecordBatch) -> dict[str, pa.Array[Any]]:
    """The columns told that the table has as well, in its types; what left production empty stays so."""
    found = {}
    for column in grower.table.columns:
        field = grower.frame.shape.field(column.name)
        left_out = column.role in LEFT_OUT or (
            column.role in _WORDS and field and isinstance(field.model, _OWN)
        )
        if column.name in told.schema.names and not left_out:
            found[column.name] = _as(told.column(column.name), column, field)
    return found


_WORDS = frozenset({Role.EMAIL, Role.CATEGORY})
_OWN = (Email,)


def _as(values: pa.Array[Any], column: Column, field: Field | None) -> pa.Array[Any]:
    """Values in a column's type; moments kept as text are written as the source mostly writes them."""
    if column.kind != "text" or not pa.types.is_temporal(values.type):
        return values.cast(type_of(column))
    forms = field.model.forms if field is not None and isinstance(field.model, Moment) else ()
    form = forms[0][0] if forms else "YYYY-MM-DD hh:mm:ss+00:00"
    moments = values.cast(pa.timestamp("us", tz="UTC" if getattr(values.type, "tz", None) else None))
    there = moments.is_valid()
    micros = moments.drop_null().cast(pa.int64()).to_numpy(zero_copy_only=False)
    days = pa.array((micros // DAY).astype(np.int32)).cast(pa.date32())
    texts = written(form, days, micros % DAY)
    places = np.cumsum(there.to_numpy(zero_copy_only=False)) - 1
    return texts.take(pa.array(places, mask=~there.to_numpy(zero_copy_only=False)))


def _steady(stream: Iterator[pa.Array[Any]]) -> Iterator[pa.Array[Any]]:
    """The same values in batches of BATCH_ROWS."""
    batches = (pa.record_batch([values], names=["value"]) for values in stream)
    return (batch.column(0) for batch in _cut(batches))


def _cut(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of BATCH_ROWS, the last one shorter."""
    kept: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        kept.append(batch)
        rows += batch.num_rows
        while rows >= BATCH_ROWS:
            whole = pa.Table.from_batches(kept).combine_chunks()
            yield whole.slice(0, BATCH_ROWS).to_batches()[0]
            kept = whole.slice(BATCH_ROWS).to_batches()
            rows -= BATCH_ROWS
    if rows:
        yield pa.Table.from_batches(kept).combine_chunks().to_batches()[0]
