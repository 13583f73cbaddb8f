"""What agents ask for by two columns is found by both."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.worlds.stand.small_world import world

from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.stand import stand
from agentprobe.worlds.stand.indexes import Indexes, wanted

PEOPLE = Table(
    name="people",
    key=("id",),
    columns=(
        Column(name="id", kind="integer", role=Role.IDENTIFIER, nullable=False),
        Column(name="surname", kind="text", role=Role.SURNAME),
        Column(name="given", kind="text", role=Role.GIVEN_NAME),
        Column(name="city", kind="text", role=Role.CITY),
    ),
)
ROWS = [
    {"id": row, "surname": f"name{row % 7}", "given": f"given{row % 11}", "city": f"city{row % 5}"}
    for row in range(2000)
]


def test_a_surname_with_a_town_or_a_given_name_is_found_by_both(tmp_path: Path) -> None:
    stand(world(tmp_path / "w", [PEOPLE], {"people": ROWS}), "sqlite", tmp_path / "home")
    with sqlite3.connect(f"file:{tmp_path}/home/world.sqlite?mode=ro", uri=True) as database:
        for other in ("given", "city"):
            plan = database.execute(
                f"EXPLAIN QUERY PLAN SELECT * FROM people WHERE surname = 'name1' AND {other} = '{other}1'"
            ).fetchall()
            assert f"(surname=? AND {other}=?)" in plan[0][-1]
    database.close()


def test_each_column_has_one_index_by_which_it_is_found_alone() -> None:
    first = [index.columns[0] for index in wanted(PEOPLE, 10, Indexes.AUTO) if index.way == "exact"]
    assert sorted(first) == ["city", "given", "surname", "surname"]
    assert wanted(PEOPLE, 10, Indexes.NONE) == ()
