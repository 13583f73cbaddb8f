"""Production's rows under pseudonyms: one pass to learn what there is, one to replace it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import TableWriter
from agentprobe.worlds.keys import Key
from agentprobe.worlds.plan import Plan
from agentprobe.worlds.progress import Progress
from agentprobe.worlds.sanitise.left_out import LEFT_OUT
from agentprobe.worlds.sanitise.treatments import Treatments
from agentprobe.worlds.sanitise.words.risk import Risk
from agentprobe.worlds.schema import Schema, Table
from agentprobe.worlds.source import Reading
from agentprobe.worlds.twice import HELD_BYTES, Twice


def mapped(
    reading: Reading,
    plan: Plan,
    whole: Schema,
    schema: Schema,
    key: Key,
    folder: Path,
    progress: Progress,
    *,
    held_bytes: int = HELD_BYTES,
) -> tuple[dict[str, int], Risk]:
    """Write a source's rows under pseudonyms; gives the rows of each table and what attacks read of them.

    `whole` is the source's schema as planned, `schema` what of it the world shows. Tables of more than
    `held_bytes` are read twice; raises FixtureError where the two passes do not see the same rows.
    """
    kept = frozenset(
        (table, column)
        for table, told in plan.tables.items()
        for column, one in told.columns.items()
        if one.keep
    )
    treatments = Treatments(
        plan.setting(whole, reading.as_of), dial=plan.dials(whole), default=plan.dial, kept=kept
    )
    # parents first: whose a row is may be known only through what it refers to
    tables = whole.parents_first()
    passes = Twice(lambda table: _batches(reading, whole, table, plan), held_bytes)
    for table in tables:
        done = 0
        for batch in passes.first(table):
            treatments.learn(table, batch)
            done += batch.num_rows
            progress.step(f"learning {table.name}", done, reading.rows(table.name))
    progress.step("deciding pseudonyms")
    treatments.settle(key)
    rows = {
        table.name: _written(
            passes.second(table), reading.rows(table.name), table, schema, treatments, folder, progress
        )
        for table in tables
    }
    return rows, treatments.words.risk()


def _written(
    batches: Iterator[pa.RecordBatch],
    rows: int | None,
    table: Table,
    schema: Schema,
    treatments: Treatments,
    folder: Path,
    progress: Progress,
) -> int:
    shown = schema.table(table.name)
    types = schema_of(shown)
    with TableWriter(folder, shown) as writer:
        for batch in batches:
            columns = [treatments.map(table, column, batch) for column in shown.columns]
            arrays = [one.cast(kind) for one, kind in zip(columns, types.types, strict=True)]
            writer.add(pa.RecordBatch.from_arrays(arrays, schema=types))
            progress.step(f"replacing {table.name}", writer.rows, rows)
        return writer.rows


def _batches(reading: Reading, whole: Schema, table: Table, plan: Plan) -> Iterator[pa.RecordBatch]:
    """Rows in the columns that are shown, and those that only say whose they are."""
    telling = {plan.tables[table.name].entity, *table.key}
    telling |= {name for _, one in whole.children_of(table.name) for name in one.to}
    names = [column.name for column in table.columns if column.role not in LEFT_OUT or column.name in telling]
    if names:
        yield from reading.batches(table.name, names)
