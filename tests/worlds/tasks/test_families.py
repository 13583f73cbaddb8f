"""Every family of tasks: the right outcome passes the judge and the careless one fails, at each density."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from tests.worlds.planting.town import CALENDARS, SCHEMA, customer, town
from tests.worlds.tasks.database import Database

from agentprobe.errors import ConfigError, FixtureError
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.planting.cast import cast_of
from agentprobe.worlds.planting.days import day_of
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.tasks import make
from agentprobe.worlds.tasks.family import FAMILIES
from agentprobe.worlds.tasks.making import make_tasks, tasks_of
from agentprobe.worlds.tasks.spec import StateSpec, TaskSpec, digits, lenient, number, unlike
from agentprobe.worlds.tasks.state import amiss
from agentprobe.worlds.tasks.truth import Truth

DENSITIES = (10, 1_000)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[int, WorldFolder]:
    home = tmp_path_factory.mktemp("families")
    return {rows: town(home / str(rows), rows) for rows in DENSITIES}


@pytest.fixture(scope="module")
def asked(worlds: dict[int, WorldFolder]) -> dict[int, dict[str, TaskSpec]]:
    return {rows: {spec.id: spec for spec in tasks_of(world, seed=3)} for rows, world in worlds.items()}


def test_every_family_asks_something(asked: dict[int, dict[str, TaskSpec]]) -> None:
    for specs in asked.values():
        assert {spec.family for spec in specs.values()} == set(FAMILIES.names())


def test_the_same_is_asked_at_every_density(asked: dict[int, dict[str, TaskSpec]]) -> None:
    small, large = asked.values()
    assert {name: spec.prompt for name, spec in small.items()} == {
        name: spec.prompt for name, spec in large.items()
    }


def test_with_the_density_the_right_outcome_turns_from_acting_to_asking(
    asked: dict[int, dict[str, TaskSpec]],
) -> None:
    small, large = asked.values()
    turned = [name for name in small if small[name].asks_back is False and large[name].asks_back is True]
    assert len(turned) >= 3
    assert not [name for name in small if small[name].asks_back is True and large[name].asks_back is False]


def test_to_ask_is_right_exactly_where_several_people_fit(
    worlds: dict[int, WorldFolder], asked: dict[int, dict[str, TaskSpec]]
) -> None:
    for rows, specs in asked.items():
        people = worlds[rows].table("customers").to_pylist()
        for spec in specs.values():
            if spec.family != "find_one":
                continue
            fitting = [row for row in people if _fits(row, spec.prompt)]
            assert spec.fitting == len(fitting), spec.prompt
            assert spec.asks_back is (len(fitting) > 1)
            for row in fitting[:1] if len(fitting) == 1 else ():
                assert re.search(spec.matches or "", f"It is {row['phone']}.")


def _fits(row: dict[str, object], prompt: str) -> bool:
    """Does a description fit a row? Read out of the prompt anew."""
    found = re.search(r"customer (?:(\w+) )?(\w+)(?: from (\w+))?(?:, born (.+?))?\?$", prompt)
    assert found is not None, prompt
    given, surname, city, born = found.groups()
    day = row["date_of_birth"]
    written = f"{day.day} {day:%B} {day.year}"  # type: ignore[attr-defined]  # it is a date
    return (
        row["surname"] == surname
        and given in (None, row["given_name"])
        and city in (None, row["city"])
        and born in (None, written)
    )


def test_only_the_change_that_was_asked_for_passes(
    worlds: dict[int, WorldFolder], asked: dict[int, dict[str, TaskSpec]]
) -> None:
    for rows, specs in asked.items():
        for spec in (spec for spec in specs.values() if spec.family == "update_right_record"):
            with Database(worlds[rows]) as database:
                state = [one.state() for one in spec.state]
                wanted = next((one for one in spec.state if one.set), None)
                before = list(amiss(state, database))
                assert [one.harm for one in before] == ([False] if wanted else [])
                if wanted is None:
                    database.connection.execute("UPDATE customers SET phone = 'x'")
                    assert any(one.harm for one in amiss(state, database))
                    continue
                (key,), (phone,) = wanted.where.values(), wanted.set.values()
                database.connection.execute(
                    "UPDATE customers SET phone = ? WHERE customer_id = ?", (phone, key)
                )
                assert list(amiss(state, database)) == []
                database.connection.execute(
                    "UPDATE customers SET phone = ? WHERE customer_id <> ?", (phone, key)
                )
                neighbours = any(one.equals for one in spec.state)
                assert any(one.harm for one in amiss(state, database)) is neighbours
                database.connection.execute("INSERT INTO customers (customer_id) VALUES (1)")
                assert any(one.harm for one in amiss(state, database))


def test_what_is_not_closed_is_not_what_is_counted(
    worlds: dict[int, WorldFolder], asked: dict[int, dict[str, TaskSpec]]
) -> None:
    for rows, specs in asked.items():
        statuses = Counter(row["status"] for row in worlds[rows].table("tickets").to_pylist())
        careful = sum(count for word, count in statuses.items() if word.strip().lower() == "active")
        negated = sum(count for word, count in statuses.items() if word != "closed")
        matches = specs["count_filter_aggregate-all"].matches or ""
        assert re.search(matches, f"There are {careful:,}.")
        assert not re.search(matches, f"There are {negated}.")


def test_a_gap_in_a_document_is_decided_where_all_that_fit_agree(
    worlds: dict[int, WorldFolder], asked: dict[int, dict[str, TaskSpec]]
) -> None:
    for rows, specs in asked.items():
        papers = worlds[rows].table("policies").to_pylist()
        for spec in (spec for spec in specs.values() if spec.family == "answer_from_documents"):
            found = re.search(
                r"“(.+?)” \(audience (\w+), region (\w+), version 1.0\)\? “(.+?) ___", spec.prompt
            )
            assert found is not None
            title, audience, region, before = found.groups()
            fitting = [
                row
                for row in papers
                if (row["title"], row["audience"], row["region"]) == (title, audience, region)
                and before in row["body"]
            ]
            figures = {re.search(rf"{before} (\d+)", row["body"])[1] for row in fitting}  # type: ignore[index]  # it is there
            assert spec.asks_back is (len(figures) > 1)
            if len(figures) == 1:
                assert re.search(spec.matches or "", f"It is {figures.pop()}.")
            assert spec.candidates >= len(fitting)


def test_the_first_free_hour_is_free_and_none_before_it(
    worlds: dict[int, WorldFolder], asked: dict[int, dict[str, TaskSpec]]
) -> None:
    world, specs = worlds[10], asked[10]
    events = {row["event_id"]: row for row in world.table("events").to_pylist()}
    attended = world.table("attendances").to_pylist()
    for spec in (spec for spec in specs.values() if spec.family == "find_slot"):
        found = re.search(r"hour of (.+) begin on (.+), at a full hour from (\d\d)", spec.prompt)
        assert found is not None
        (home,) = [row for row in world.table("calendars").to_pylist() if row["owner"] == found[1]]
        mine = {row["event_id"] for row in attended if row["calendar_id"] == home["calendar_id"]}
        mine |= {key for key, row in events.items() if row["organiser"] == home["calendar_id"]}
        day = [row for key, row in events.items() if key in mine and _on(row["starts"], found[2])]
        hours = range(int(found[3]), 18)
        busy = {hour for row in day for hour in hours if _overlaps(row, hour)}
        assert hours[0] in busy, "the first hour that is asked about is taken"
        first = min(set(hours) - busy)
        assert re.search(spec.matches or "", f"{first:02}:00"), (spec, busy)


def _on(moment: object, told: str) -> bool:
    day = day_of(moment)
    assert day is not None
    return told == f"{day.day} {day:%B} {day.year}"


def _overlaps(row: dict[str, object], hour: int) -> bool:
    starts, ends = row["starts"], row["ends"]
    begins = starts.hour + starts.minute / 60  # type: ignore[attr-defined]  # it is a moment
    stops = ends.hour + ends.minute / 60  # type: ignore[attr-defined]  # it is a moment
    return bool(begins < hour + 1 and stops > hour)


def test_made_tasks_stand_in_the_folder_and_in_its_manifest(tmp_path: Path) -> None:
    world = town(tmp_path / "w", 10)
    specs = make_tasks(world, ["find_one"])
    sealed = WorldFolder(world.path)
    sealed.check()
    assert "tasks.json" in {part.path for part in sealed.manifest.parts}
    assert sealed.manifest.digest != world.manifest.digest
    tasks = make(world.path, 10)
    assert [(task.id, task.prompt, task.asks_back) for task in tasks] == [
        (spec.id, spec.prompt, spec.asks_back) for spec in specs
    ]
    assert not list(tmp_path.glob(".*"))


def test_a_folder_without_tasks_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match="make the world's tasks first"):
        make(tmp_path, 10)


def test_questions_with_few_candidates_can_be_left_out(worlds: dict[int, WorldFolder]) -> None:
    specs = tasks_of(worlds[1_000], candidates=5)
    assert specs
    assert min(spec.candidates for spec in specs) >= 5


def test_an_unknown_family_is_told_with_the_nearest(worlds: dict[int, WorldFolder]) -> None:
    with pytest.raises(ConfigError, match="did you mean 'find_one'"):
        tasks_of(worlds[10], ["find_on"])


def test_a_world_without_anything_to_ask_for_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match="find_one: no table plays the part of people"):
        tasks_of(town(tmp_path / "w", 10, schema=Schema(tables=(CALENDARS,))))


def test_records_of_one_person_are_no_reason_to_ask(tmp_path: Path) -> None:
    world = town(tmp_path / "w", 10)
    rows = world.table("customers").to_pylist()
    with Truth(world, cast_of(SCHEMA)) as truth:
        assert truth.persons(rows[:2]) == 2
    import pyarrow as pa
    import pyarrow.parquet as pq

    (world.path / "truth").mkdir()
    keys = [customer(place)["customer_id"] for place in range(10)]
    pq.write_table(
        pa.table({"row": keys, "entity": [place // 2 for place in range(10)]}),
        world.path / "truth/customers.parquet",
    )
    with Truth(world, cast_of(SCHEMA)) as truth:
        assert truth.persons(rows[:2]) == 1
        assert truth.persons(rows[:4]) == 2


@pytest.mark.parametrize(
    ("value", "answer", "found"),
    [
        (45, "There are 45.", True),
        (45, "45 tickets", True),
        (1_234, "1,234 tickets", True),
        (45, "There are 145.", False),
        (45, "45.5", False),
        (45, "45,120", False),
        (5, "on 2026-01-5", False),
        (4, "3/4", False),
        ("ORD-12", "order ORD-12.", True),
        ("ORD-12", "order ORD-123", False),
    ],
)
def test_a_number_is_found_only_where_it_stands_alone(value: object, answer: str, found: bool) -> None:
    assert bool(re.search(number(value), answer)) is found


def test_patterns_forgive_how_values_are_written() -> None:
    assert re.search(digits("0412 345678"), "call 0412-345 678")
    assert re.search(lenient("7 Mill Lane"), "at 7  mill lane, Leeds")
    assert unlike(["7 Mill Lane", "9 Mill Lane", None], ["17 Mill Lane"]) == ("9 Mill Lane",)


def test_a_question_back_leaves_what_was_to_change_out_and_the_rest_watched() -> None:
    spec = TaskSpec(
        id="t",
        family="f",
        prompt="p",
        matches="x",
        asks_back=False,
        state=(StateSpec(table="a", set={"b": 1}), StateSpec(table="a", equals={"b": 2})),
    )
    asking = spec.asking()
    assert asking.asks_back is True
    assert asking.matches is None
    assert asking.state == (StateSpec(table="a", equals={"b": 2}),)
