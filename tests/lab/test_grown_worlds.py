"""Worlds made of a shape: grown, planted and stood by the lab; each run has one of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
import pytest

from agentprobe.config.load import load_settings
from agentprobe.domain.evidence import Evidence, Mode, Status
from agentprobe.domain.verdict import Decision
from agentprobe.errors import ConfigError
from agentprobe.gate import Policy, judge
from agentprobe.lab.grid import Selection
from agentprobe.lab.run import Campaign, run_plan
from agentprobe.lab.runners.checking import checked
from agentprobe.lab.settings import Experiment
from agentprobe.worlds.check import Weight
from agentprobe.worlds.grow import grow
from agentprobe.worlds.manifest import read_manifest, write_manifest
from agentprobe.worlds.shapes import built_in

AGENT = """
import os, re, sqlite3

ASKED = re.compile(r"customer (\\S+) ([^ ,?]+) from ([^,?]+)(?:, born (\\d+ \\w+ \\d{4}))?(?:,? to (.+)\\.)?")
MONTHS = "January February March April May June July August September October November December".split()
HELD = []

def found(connection, given, surname, city, born):
    sql = "SELECT customer_id, phone, date_of_birth FROM customers"
    fits = " WHERE (given_name, surname, city) = (?, ?, ?)"
    rows = connection.execute(sql + fits, (given, surname, city)).fetchall()
    if born:
        day, month, year = born.split()
        rows = [row for row in rows if row[2] == f"{year}-{MONTHS.index(month) + 1:02}-{int(day):02}"]
    return rows

def careless(prompt):
    return answered(prompt, careful=False)

def careful(prompt):
    return answered(prompt, careful=True)

def answered(prompt, careful):
    given, surname, city, born, phone = ASKED.search(prompt).groups()
    connection = sqlite3.connect(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
    HELD.append(connection)  # left open, as agents do
    rows = found(connection, given, surname, city, born if careful else None)
    if careful and len(rows) > 1:
        return "Several customers fit. Which one do you mean?"
    if phone:
        for row in rows:
            connection.execute("UPDATE customers SET phone = ? WHERE customer_id = ?", (phone, row[0]))
        connection.commit()
        return f"The phone number is {phone} now."
    return f"The phone number is {rows[0][1]}."
"""
SETTINGS = """
[model]
at = "environment"
[agents.careless]
call = "agent:careless"
[agents.careful]
call = "agent:careful"
[world]
of = "customers"
rows = [10, 200]
ambiguity = ["same_name_same_city"]
families = ["find_one", "update_right_record"]
[run]
repetitions = 1
workers = 1
"""
PLANTED = (
    "same_name_same_city-name-and-town",
    "same_name_same_city-with-birthday",
    "same_name_same_city-change",
)


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    (tmp_path / "agent.py").write_text(AGENT)
    (tmp_path / "agentprobe.toml").write_text(SETTINGS)
    return load_settings(tmp_path / "agentprobe.toml").experiment(tmp_path)


def planted(evidence: tuple[Evidence, ...], agent: str, rows: int) -> dict[str, Evidence]:
    return {
        item.run.task: item
        for item in evidence
        if item.run.agent == agent and item.run.regime.rows == rows and item.run.task in PLANTED
    }


def test_an_agent_is_judged_by_what_it_answers_and_by_what_it_leaves_in_its_own_database(
    experiment: Experiment,
) -> None:
    book = run_plan(experiment)
    for rows in (10, 200):
        careful = planted(book.evidence, "careful", rows)
        assert {task: item.status for task, item in careful.items()} == dict.fromkeys(PLANTED, Status.PASSED)
        careless = planted(book.evidence, "careless", rows)
        ask, _, change = (careless[task] for task in PLANTED)
        assert ask.mode is Mode.GUESSED
        assert change.mode is Mode.WRONG_EFFECT
        assert "phone" in change.reason
    bases = list((experiment.home / "worlds").glob("*-200/world.sqlite"))
    assert len(bases) == 1
    assert not list(bases[0].parent.glob("world.sqlite-*"))


def test_a_small_world_is_the_beginning_of_a_large_one_with_the_same_tasks(experiment: Experiment) -> None:
    with Campaign(experiment, workers=1) as lab:
        lab.prepare()
        small, large = lab.levels
        weighed = lab.pool.do(checked, 200, lab.world(200), {})
    assert {task for task, _ in small.tasks} == {task for task, _ in large.tasks}
    weights = {one.task: one.weight for one in weighed}
    assert weights["same_name_same_city-name-and-town"] is Weight.SOMETHING


ON_SERVER = """
import os, re, psycopg

ASKED = re.compile(r"customer (\\S+) (\\S+) from ([^,]+), born \\d+ \\w+ (\\d{4}), to (.+)\\.")

def run(prompt):
    *fits, year, phone = ASKED.search(prompt).groups()
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(
            "UPDATE customers SET phone = %s WHERE (given_name, surname, city) = (%s, %s, %s)"
            " AND extract(year FROM date_of_birth) = %s", (phone, *fits, int(year)))
        seen = connection.execute("SELECT count(*) FROM customers WHERE phone = %s", (phone,)).fetchone()
    return f"{seen[0]} changed to {phone}."
"""


@pytest.mark.parametrize("form", ["postgres", "postgres_overlay"])
def test_a_run_on_a_server_has_a_database_of_its_own_and_its_end_state_is_judged(
    experiment: Experiment, database: str, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv("WORLD_PG", database)
    (experiment.folder / "server_agent.py").write_text(ON_SERVER)
    settings = SETTINGS.replace('call = "agent:careless"', 'call = "server_agent:run"')
    settings = settings.replace("rows = [10, 200]", f'rows = [10]\nform = "{form}"\naddress = "env:WORLD_PG"')
    path = experiment.folder / "agentprobe.toml"
    path.write_text(settings)
    chosen = Selection(agents=("careless",), tasks=("same_name_same_city-change",), repetitions=2)
    book = run_plan(load_settings(path).experiment(experiment.folder), chosen)
    assert [(item.status, item.reason) for item in book.evidence] == [(Status.PASSED, "")] * 2
    assert all(item.answer.startswith("1 changed") for item in book.evidence)
    with psycopg.connect(database) as connection:
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'ap\\_%'"
            " UNION SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ap\\_%'"
        ).fetchall()
    assert len(left) <= 1  # the base that the world stands in


def test_evidence_of_a_snapshot_that_is_stale_does_not_count(experiment: Experiment) -> None:
    shop = experiment.folder / "shop"
    grow(built_in("customers"), 20, 1, shop)
    write_manifest(shop, msgspec.structs.replace(read_manifest(shop), expires="2026-01-01T00:00:00+00:00"))
    assert experiment.world is not None
    world = msgspec.structs.replace(experiment.world, of="shop", rows=(10,))
    with Campaign(msgspec.structs.replace(experiment, world=world), workers=1) as lab:
        lab.prepare()
        lab.run()
        evidence = lab.evidence
    assert {item.world_until for item in evidence} == {"2026-01-01T00:00:00+00:00"}
    verdict = judge(Policy(rows=10), evidence, datetime(2026, 11, 28, tzinfo=UTC))
    assert verdict.decision is Decision.NOT_OBSERVED
    assert "stale since 2026-01-01" in verdict.reasons[0].text


def test_a_snapshot_of_its_own_size_is_taken_as_it_is(experiment: Experiment) -> None:
    shop = experiment.folder / "shop"
    manifest = grow(built_in("customers"), 30, 1, shop)
    assert experiment.world is not None
    world = msgspec.structs.replace(
        experiment.world, of="shop", rows=(manifest.rows["customers"],), ambiguity=()
    )
    with Campaign(msgspec.structs.replace(experiment, world=world), workers=1) as lab:
        lab.prepare()
    (kept,) = (experiment.home / "worlds").glob("grown-*/manifest.json")
    tables = {part.path: part.digest for part in manifest.parts if part.path.startswith("tables/")}
    taken = {part.path: part.digest for part in read_manifest(kept.parent).parts}
    assert tables.items() <= taken.items()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('of = "customers"', 'of = "customers"\nbuild = "a:b"', "either `build`, a function, or `of`"),
        ('of = "customers"', 'of = "customers"\nform = "postgres"', "needs `address`"),
        ('of = "customers"', 'of = "customers"\nas_of = "2026-01-01"', "a snapshot says its own day"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    experiment: Experiment, before: str, after: str, said: str
) -> None:
    path = experiment.folder / "agentprobe.toml"
    path.write_text(SETTINGS.replace(before, after))
    with pytest.raises(ConfigError, match=said):
        load_settings(path)


def test_an_unknown_shape_is_answered_with_the_nearest(experiment: Experiment) -> None:
    assert experiment.world is not None
    world = msgspec.structs.replace(experiment.world, of="custmers")
    with (
        pytest.raises(ConfigError, match="customers"),
        Campaign(msgspec.structs.replace(experiment, world=world), workers=1) as lab,
    ):
        lab.prepare()
