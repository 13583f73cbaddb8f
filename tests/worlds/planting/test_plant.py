"""Ambiguities are put into a finished world, which is whole before, after, and when something goes wrong."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds.planting.town import (
    CUSTOMERS,
    POLICIES,
    SCHEMA,
    TICKETS,
    customer,
    number,
    refers,
    text,
    town,
)

from agentprobe.errors import ConfigError
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.planting.ambiguity import AMBIGUITIES
from agentprobe.worlds.planting.plant import changing, plant
from agentprobe.worlds.planting.planted import read_planting
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Schema, Table
from agentprobe.worlds.tasks.making import make_tasks


def state(folder: Path) -> dict[str, str]:
    """Every file of a folder with its digest."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def test_a_world_gets_one_more_file_a_table_and_a_new_seal(tmp_path: Path) -> None:
    world = town(tmp_path / "w", 10)
    before = state(world.path)
    plant(world, ["closed_twin"], seed=1)
    planted = WorldFolder(world.path)
    planted.check()
    after = state(world.path)
    assert {name for name in after if name not in before} == {
        "planted.json",
        "tables/customers/9000-closed_twin.parquet",
        "tables/tickets/9000-closed_twin.parquet",
    }
    assert {name for name in before if after[name] != before[name]} == {"manifest.json"}
    assert planted.rows("tickets") == world.rows("tickets") + 4
    assert planted.table("tickets").num_rows == planted.rows("tickets")
    assert planted.manifest.digest != world.manifest.digest


def test_with_a_target_the_world_itself_stays_as_it_is(tmp_path: Path) -> None:
    world = town(tmp_path / "w", 10)
    before = state(world.path)
    plant(world, seed=1, target=tmp_path / "planted")
    assert state(world.path) == before
    assert read_planting(tmp_path / "planted") is not None
    assert read_planting(world.path) is None
    with pytest.raises(ConfigError, match="there is something at"):
        plant(world, seed=1, target=tmp_path / "planted")


def test_planting_anew_takes_the_place_of_what_was_planted(tmp_path: Path) -> None:
    world = town(tmp_path / "w", 10)
    plant(world, ["nickname"], seed=1)
    once = state(world.path)
    make_tasks(WorldFolder(world.path))
    plant(WorldFolder(world.path), seed=1, k=5)
    plant(WorldFolder(world.path), ["nickname"], seed=1)
    assert state(world.path) == once


def broken_off(world: WorldFolder) -> None:
    with changing(world, None) as draft:
        (draft / "tables" / "customers" / "9000-x.parquet").write_bytes(b"half")
        raise KeyboardInterrupt


def test_what_breaks_off_leaves_the_world_as_it_was(tmp_path: Path) -> None:
    world = town(tmp_path / "w", 10)
    before = state(world.path)
    with pytest.raises(KeyboardInterrupt):
        broken_off(world)
    assert state(world.path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_an_ambiguity_that_does_not_fit_is_skipped_and_says_why(tmp_path: Path) -> None:
    world = town(tmp_path / "w", 10, schema=Schema(tables=(CUSTOMERS, POLICIES)))
    said = {one.ambiguity: one.skipped for one in plant(world, seed=1)}
    assert said["closed_twin"] == "no table plays the part of cases"
    assert said["conflicted_slots"] == "no table plays the part of diaries"
    assert said["same_name_same_city"] == said["near_duplicate_policy"] == ""
    assert make_tasks(WorldFolder(world.path))


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    fewer = tuple(column for column in CUSTOMERS.columns if column.name != "date_of_birth")
    people = msgspec.structs.replace(CUSTOMERS, columns=fewer)
    world = town(tmp_path / "w", 10, schema=Schema(tables=(people,)))
    said = {one.ambiguity: one.skipped for one in plant(world, seed=1)}
    assert said["nickname"] == "table 'customers' has no column for born"
    assert said["shared_email"] == ""


def test_an_unknown_ambiguity_and_a_wrong_number_are_refused(tmp_path: Path) -> None:
    world = town(tmp_path / "w", 10)
    with pytest.raises(ConfigError, match="did you mean 'nickname'"):
        plant(world, ["nicknames"], seed=1)
    with pytest.raises(ConfigError, match="1 to 20 look-alikes, not 0"):
        plant(world, seed=1, k=0)


def test_what_stands_once_still_does(tmp_path: Path) -> None:
    unique = msgspec.structs.replace(CUSTOMERS, unique=(("email",),))
    world = town(tmp_path / "w", 10, schema=Schema(tables=(unique, TICKETS)))
    planted = {one.ambiguity: one for one in plant(world, seed=1)}
    assert planted["shared_email"].skipped == "an e-mail stands once in table 'customers'"
    emails = WorldFolder(world.path).table("customers", ["email"]).column("email").to_pylist()
    assert len(set(emails)) == len(emails)


OTHER = Schema(
    tables=(
        Table(
            name="klanten",
            key=("nr",),
            columns=(
                text("nr", Role.IDENTIFIER),
                text("naam", Role.FULL_NAME),
                text("plaats", Role.CITY),
                text("geboren", Role.BIRTH_DATE),
                text("telefoon", Role.PHONE),
            ),
        ),
        Table(
            name="meldingen",
            key=("id",),
            references=(refers("klant", "klanten", "nr"),),
            columns=(
                number("id"),
                text("klant", Role.IDENTIFIER),
                text("status", Role.CATEGORY),
                text("onderwerp", Role.TEXT),
            ),
        ),
    )
)


def foreign(folder: Path) -> WorldFolder:
    """A world in another language, with one column for names, days as text, and keys with letters."""
    import pyarrow as pa

    from agentprobe.worlds.arrow import schema_of
    from agentprobe.worlds.folder import TableWriter, parts_of
    from agentprobe.worlds.manifest import GROWN, Manifest, write_manifest

    rows = [customer(place) for place in range(60)]
    people = [
        {
            "nr": f"K-{row['customer_id']}",
            "naam": f"{row['given_name']} {row['surname']}",
            "plaats": row["city"],
            "geboren": f"{row['date_of_birth']:%d/%m/%Y}",
            "telefoon": row["phone"],
        }
        for row in rows
    ]
    reports = [
        {
            "id": 7_000_000 + 31 * place,
            "klant": people[place % 10]["nr"],
            "status": "open",
            "onderwerp": "lekkage",
        }
        for place in range(80)
    ]
    folder.mkdir()
    for table, made in zip(OTHER.tables, (people, reports), strict=True):
        with TableWriter(folder, table) as writer:
            writer.add(pa.RecordBatch.from_pylist(made, schema_of(table)))
    manifest = Manifest(
        kind=GROWN,
        name="klanten",
        as_of="2026-01-05",
        made="2026-01-05",
        schema=OTHER,
        rows={"klanten": len(people), "meldingen": len(reports)},
        parts=parts_of(folder),
    )
    write_manifest(folder, manifest)
    return WorldFolder(folder)


def test_a_users_own_schema_is_planted_into_with_its_own_forms(tmp_path: Path) -> None:
    world = foreign(tmp_path / "w")
    cast = {"cases": {"table": "meldingen", "subject": "onderwerp"}}
    planted = {one.ambiguity: one for one in plant(world, seed=1, cast=cast)}
    fits = {name for name, one in planted.items() if not one.skipped}
    assert {"same_name_same_city", "nickname", "typo_twin", "swapped_day_month", "status_vocabulary"} <= fits
    rows = pq.read_table(world.path / "tables/klanten/9000-same_name_same_city.parquet").to_pylist()
    for row in rows:
        assert row["nr"].startswith("K-1")
        assert len(row["geboren"].split("/")) == 3
    assert len({(row["naam"], row["plaats"]) for row in rows}) == 1
    prompts = [spec.prompt for spec in make_tasks(WorldFolder(world.path))]
    assert any(" klanten " in prompt for prompt in prompts)
    assert any("meldingen" in prompt for prompt in prompts)


@settings(max_examples=6)
@given(seed=st.integers(0, 10**6), k=st.integers(1, 8), names=st.sets(st.sampled_from(AMBIGUITIES.names())))
def test_whatever_is_planted_references_hold_and_keys_stand_once(
    tmp_path_factory: pytest.TempPathFactory, seed: int, k: int, names: set[str]
) -> None:
    world = town(tmp_path_factory.mktemp("law") / "w", 12)
    plant(world, sorted(names), seed=seed, k=k)
    planted = WorldFolder(world.path)
    planted.check()
    rows = {table.name: planted.table(table.name).to_pylist() for table in SCHEMA.tables}
    for table in SCHEMA.tables:
        keys = Counter(tuple(row[column] for column in table.key) for row in rows[table.name])
        assert max(keys.values()) == 1
        for reference in table.references:
            told = {row[reference.columns[0]] for row in rows[table.name]} - {None}
            assert told <= {row[reference.to[0]] for row in rows[reference.table]}
    for spec in make_tasks(planted):
        spec.task()


def test_the_same_seed_plants_the_same_and_another_seed_something_else(tmp_path: Path) -> None:
    states = []
    for place, seed in enumerate((1, 1, 2)):
        world = town(tmp_path / str(place), 10)
        plant(world, seed=seed)
        states.append(state(world.path))
    assert states[0] == states[1]
    differs = {name for name in states[0] if states[0][name] != states[2].get(name)}
    assert sum("9000-" in name for name in differs) >= 20
