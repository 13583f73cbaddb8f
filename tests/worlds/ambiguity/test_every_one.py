"""What holds for every ambiguity: it fits in, it is the same at every density, and nothing gives it away."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.worlds.ambiguity.conftest import Town

from agentprobe.worlds.planting.ambiguity import AMBIGUITIES

NAMES = AMBIGUITIES.names()


def added(town: Town, name: str) -> dict[str, list[dict[str, Any]]]:
    files = sorted((town.world.path / "tables").glob(f"*/9000-{name}.parquet"))
    return {path.parent.name: pq.read_table(path).to_pylist() for path in files}


@pytest.mark.parametrize("name", NAMES)
def test_its_page_says_what_is_there_what_goes_wrong_and_what_is_right(name: str) -> None:
    page = AMBIGUITIES.get(name).__doc__ or ""
    assert all(heading in page for heading in ("What is there: ", "What agents do wrong: ", "Right: "))


@pytest.mark.parametrize("name", NAMES)
def test_it_plants_the_same_rows_at_every_density(towns: dict[int, Town], name: str) -> None:
    first, *others = (added(town, name) for town in towns.values())
    assert first, towns[10].planted[name].skipped
    for other in others:
        assert other == first


@pytest.mark.parametrize("name", NAMES)
def test_its_keys_stand_once_and_inside_the_range_of_the_others(at: Town, name: str) -> None:
    for table, rows in added(at, name).items():
        key = at.world.schema.table(table).key
        whole = [tuple(row[column] for column in key) for row in at.tables[table]]
        assert len(set(whole)) == len(whole)
        if len(key) == 1:
            of_others = [row[key[0]] for row in at.tables[table] if row not in rows]
            assert all(min(of_others) < row[key[0]] < max(of_others) for row in rows)


def test_every_reference_finds_its_row(at: Town) -> None:
    for table in at.world.schema.tables:
        for reference in table.references:
            there = {row[reference.to[0]] for row in at.tables[reference.table]}
            told = {row[reference.columns[0]] for row in at.tables[table.name]} - {None}
            assert told <= there, (table.name, reference)


@pytest.mark.parametrize("name", NAMES)
def test_its_rows_have_no_word_of_the_ambiguity_and_no_column_that_others_lack(at: Town, name: str) -> None:
    for table, rows in added(at, name).items():
        filled = {column for row in at.tables[table] if row not in rows for column in row if row[column]}
        for row in rows:
            assert not any(name in str(value) or "agentprobe" in str(value) for value in row.values())
            may_be_new = {"valid_to", "supersedes", "closed_at", "notes"}
            assert {column for column in row if row[column]} <= filled | may_be_new


def test_ids_and_prompts_are_the_same_at_every_density_and_what_is_right_is_not(
    towns: dict[int, Town],
) -> None:
    asked = [{name: spec.prompt for name, spec in town.specs.items()} for town in towns.values()]
    assert asked[0] == asked[1] == asked[2]
    asking = [sum(spec.asks_back is True for spec in town.specs.values()) for town in towns.values()]
    assert asking[0] < asking[-1]


def test_the_world_is_whole_and_sealed(at: Town) -> None:
    at.world.check()
    for table, rows in at.tables.items():
        assert at.world.rows(table) == len(rows)
