"""A world held against production: what has moved, how much, since when, and what is out of use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from agentprobe.errors import ConfigError, FixtureError
from agentprobe.worlds.fidelity import catalogue_for, compare, measure
from agentprobe.worlds.folder import TableWriter, WorldFolder, parts_of
from agentprobe.worlds.manifest import MAPPED, Manifest, read_manifest, write_manifest
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.upkeep.drift import HISTORY, drift, history
from agentprobe.worlds.upkeep.retire import retire, state_of, worlds_in

CUSTOMERS = Table(
    name="customers",
    columns=(
        Column(name="id", kind="integer", role=Role.IDENTIFIER, native="bigint"),
        Column(name="surname", kind="text", role=Role.SURNAME, native="text"),
        Column(name="status", kind="text", role=Role.CATEGORY, native="text"),
    ),
    key=("id",),
)
MADE, LATER, LAST = "2026-01-01T00:00:00", "2026-02-01T00:00:00", "2026-03-01T00:00:00"


def world(
    folder: Path, rows: int, names: int, *, table: Table = CUSTOMERS, closed: float = 0.5
) -> WorldFolder:
    """`rows` customers of whom so many share a surname, in a folder of a world's form."""
    with TableWriter(folder, table) as writer:
        values: dict[str, list[Any]] = {
            "id": list(range(rows)),
            "surname": [f"name{place % names}" for place in range(rows)],
            "status": ["closed" if place % 100 < closed * 100 else "active" for place in range(rows)],
            "note": ["x"] * rows,
        }
        writer.add(pa.RecordBatch.from_pydict({c.name: values[c.name] for c in table.columns}))
    schema = Schema(tables=(table,))
    manifest = Manifest(
        kind=MAPPED, name=folder.name, as_of=MADE, made=MADE, schema=schema, rows={"customers": rows}
    )
    write_manifest(folder, msgspec.structs.replace(manifest, parts=parts_of(folder)))
    return WorldFolder(folder)


@pytest.fixture
def kept(tmp_path: Path) -> WorldFolder:
    """A world that was measured against its source when it was made."""
    found = world(tmp_path / "kept", 2_000, 500)
    seen = measure(found, catalogue_for(found.schema), seed=1)
    told = {"fidelity": msgspec.to_builtins(compare(seen, seen))}
    write_manifest(found.path, msgspec.structs.replace(found.manifest, measured=told))
    return WorldFolder(found.path)


def test_production_as_it_was_has_not_moved(kept: WorldFolder, tmp_path: Path) -> None:
    found = drift(kept, world(tmp_path / "now", 2_000, 500), now=LATER)
    assert found.moved
    assert not found.stale
    assert found.age_days == 31


def test_names_that_collide_more_are_told_with_how_much_and_since_when(
    kept: WorldFolder, tmp_path: Path
) -> None:
    drift(kept, world(tmp_path / "same", 2_000, 500), now=LATER)
    found = drift(kept, world(tmp_path / "denser", 2_000, 100), now=LAST)
    exact = next(one for one in found.beyond if one.kind == "exact" and one.where == "customers.surname")
    assert (exact.before, exact.now) == (4, 20)
    assert exact.value > 2
    assert (exact.within, exact.since) == (LATER, LAST)


def test_what_left_its_bound_earlier_keeps_that_date(kept: WorldFolder, tmp_path: Path) -> None:
    denser = world(tmp_path / "denser", 2_000, 100)
    drift(kept, denser, now=LATER)
    found = drift(kept, denser, now=LAST)
    assert {(one.within, one.since) for one in found.beyond} == {(MADE, LATER)}


def test_a_table_that_grew_tenfold_is_told_though_its_values_are_alike(
    kept: WorldFolder, tmp_path: Path
) -> None:
    found = drift(kept, world(tmp_path / "grown", 20_000, 5_000), now=LATER)
    rows = next(one for one in found.moved if one.kind == "rows")
    assert rows.beyond
    assert (rows.before, rows.now) == (2_000, 20_000)


def test_a_slow_drift_says_how_long_the_world_will_last(kept: WorldFolder, tmp_path: Path) -> None:
    found = drift(kept, world(tmp_path / "some", 2_000, 450), now=LATER)
    assert not found.beyond
    assert found.next_days is not None
    assert found.next_days > 31


def test_columns_that_came_went_or_changed_are_told(kept: WorldFolder, tmp_path: Path) -> None:
    key, _, status = CUSTOMERS.columns
    columns = (
        msgspec.structs.replace(key, native="uuid"),
        status,
        Column(name="note", kind="text", role=Role.TEXT),
    )
    other = msgspec.structs.replace(CUSTOMERS, columns=columns)
    found = drift(kept, world(tmp_path / "other", 2_000, 500, table=other), now=LATER)
    assert set(found.schema) == {
        "column 'customers.id' is uuid, it was bigint",
        "column 'customers.surname' is gone",
        "column 'customers.note' is new; it is left out until the plan says what it is",
    }
    assert found.stale


def test_a_cut_line_of_the_history_is_passed_over(kept: WorldFolder, tmp_path: Path) -> None:
    drift(kept, world(tmp_path / "now", 2_000, 500), now=LATER)
    with (kept.path / HISTORY).open("ab") as file:
        file.write(b'{"world": "ke')
    assert len(history(kept.path)) == 1


def test_a_world_without_a_source_cannot_drift(tmp_path: Path) -> None:
    grown = world(tmp_path / "grown", 100, 10)
    with pytest.raises(FixtureError, match="never measured"):
        drift(grown, grown, now=LATER)


def test_a_retired_world_says_why_and_is_retired_once(kept: WorldFolder) -> None:
    retire(kept.path, "the schema  changed", now=LATER)
    manifest = read_manifest(kept.path)
    assert manifest.retired == f"{LATER} the schema changed"
    assert state_of(manifest, LAST) == "retired"
    with pytest.raises(ConfigError, match="was retired before"):
        retire(kept.path, "again", now=LAST)


def test_worlds_are_found_and_stale_ones_are_told(kept: WorldFolder) -> None:
    write_manifest(kept.path, msgspec.structs.replace(kept.manifest, expires=LATER))
    [(path, manifest)] = worlds_in(kept.path.parent)
    assert path == kept.path
    assert (state_of(manifest, MADE), state_of(manifest, LAST)) == ("in use", "stale")
