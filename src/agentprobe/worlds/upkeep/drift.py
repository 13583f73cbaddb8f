"""How far production has moved since a world was made of it: which dimension, how much, since when."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.files import AppendLog
from agentprobe.errors import FixtureError
from agentprobe.worlds.fidelity import compare, measure
from agentprobe.worlds.fidelity.result import Fidelity, Measured, Row
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.planned import Planned
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.source import Reading
from agentprobe.worlds.upkeep.result import Drift, Moved

HISTORY = "drift.jsonl"
"""In a world's folder: one line a comparison."""
DOUBLED = 1.0
"""A table may become twice or half as large: |log2(rows now / rows then)| up to this."""
DAY_SECONDS = 86_400.0


def drift(world: WorldFolder, reading: Reading, *, now: str, progress: Progress | None = None) -> Drift:
    """Hold a world against production as it is read now, and note what came of it beside the world.

    The queries are those that were asked when the world was made. Raises FixtureError for a world that was
    never measured against a source.
    """
    then = measured_then(world)
    asked = tuple(one.query for one in then.observed)
    fresh = measure(
        Planned(reading, still_there(world.schema, reading.schema)),
        asked,
        seed=then.seed,
        progress=progress or Quiet(),
    )
    found = compare(then, fresh, any_size=True)
    before = history(world.path)
    age = _days(world.as_of, now)
    rows = (*_grown(then.rows, fresh.rows), *(_moved(row) for row in found.rows if row.value is not None))
    drifted = Drift(
        world=world.manifest.name,
        as_of=world.as_of,
        checked=now,
        age_days=round(age, 2),
        moved=tuple(_dated(one, before, world.as_of, now, age) for one in rows),
        unobserved=len(found.unobserved),
        schema=tuple(changes(_columns(world), reading.schema)),
    )
    with AppendLog(world.path / HISTORY) as log:
        log.add(msgspec.json.encode(drifted))
    return drifted


def still_there(known: Schema, now: Schema) -> Schema:
    """The tables and columns of a world that its source still has, with what they meant."""
    there = {table.name: {column.name for column in table.columns} for table in now.tables}
    return Schema(
        tables=tuple(
            msgspec.structs.replace(
                table, columns=tuple(one for one in table.columns if one.name in there[table.name])
            )
            for table in known.tables
            if table.name in there
        )
    )


def measured_then(world: WorldFolder) -> Measured:
    """What was measured of production when the world was made."""
    told = world.manifest.measured.get("fidelity")
    if not told:
        said = f"{world.path} was never measured against a source, so nothing can be said of drift"
        raise FixtureError(f"{said}; make it with `agentprobe world snapshot`")
    return msgspec.convert(told, Fidelity).source


def history(folder: Path) -> tuple[Drift, ...]:
    """The comparisons there were, the oldest first; a line that was cut off is passed over."""
    path = folder / HISTORY
    lines = path.read_bytes().splitlines() if path.is_file() else []
    return tuple(_decoded(lines))


def _decoded(lines: Sequence[bytes]) -> Iterator[Drift]:
    decoder = msgspec.json.Decoder(Drift)
    for line in lines:
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError:
            continue


def changes(before: Mapping[str, Mapping[str, str]], now: Schema) -> Iterator[str]:
    """What of tables and columns is no longer as it was."""
    tables = {table.name: {column.name: column.native for column in table.columns} for table in now.tables}
    for table, columns in before.items():
        if table not in tables:
            yield f"table '{table}' is gone"
            continue
        for column, native in columns.items():
            if column not in tables[table]:
                yield f"column '{table}.{column}' is gone"
            elif native and tables[table][column] not in ("", native):
                yield f"column '{table}.{column}' is {tables[table][column]}, it was {native}"
        for column in tables[table].keys() - columns.keys():
            yield f"column '{table}.{column}' is new; it is left out until the plan says what it is"
    for table in sorted(tables.keys() - before.keys()):
        yield f"table '{table}' is new"


def _columns(world: WorldFolder) -> Mapping[str, Mapping[str, str]]:
    """The source's columns when the world was made, with their types in its own words."""
    told: Any = world.manifest.derived.get("columns")
    if told:
        found: Mapping[str, Mapping[str, str]] = told
        return found
    return {table.name: {one.name: one.native for one in table.columns} for table in world.schema.tables}


def _grown(then: Mapping[str, int], fresh: Mapping[str, int]) -> Iterator[Moved]:
    for table in sorted(then.keys() & fresh.keys()):
        grown = math.log2((fresh[table] + 1) / (then[table] + 1))
        yield Moved(
            kind="rows",
            metric="log2 of growth",
            where=table,
            value=round(abs(grown), 4),
            bound=DOUBLED,
            beyond=abs(grown) > DOUBLED,
            before=then[table],
            now=fresh[table],
        )


def _moved(row: Row) -> Moved:
    assert row.value is not None, "what was not observed has not moved"
    return Moved(
        kind=row.kind,
        metric=row.metric,
        where=row.where,
        value=row.value,
        bound=row.bound,
        beyond=row.holds is False,
        before=row.source,
        now=row.world,
    )


def _dated(one: Moved, before: Sequence[Drift], as_of: str, now: str, age: float) -> Moved:
    """The same with when it left its bound, and how long it will keep to it."""
    lasts = round(age * one.bound / one.value, 1) if one.value > 0 and age > 0 else None
    if not one.beyond:
        return msgspec.structs.replace(one, lasts_days=lasts)
    since, within = now, as_of
    for earlier in reversed(before):
        found = next((other for other in earlier.moved if other.name == one.name), None)
        if found is None or not found.beyond:
            within = earlier.checked if found is not None else within
            break
        since = earlier.checked
    return msgspec.structs.replace(one, since=since, within=within, lasts_days=lasts)


def _days(start: str, end: str) -> float:
    one, other = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if (one.tzinfo is None) is not (other.tzinfo is None):
        one, other = one.replace(tzinfo=None), other.replace(tzinfo=None)
    return max((other - one).total_seconds() / DAY_SECONDS, 0.0)
