"""A run is judged by the world that it left: what is missing there, and what was spoilt."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.worlds.planting.town import customer, town

from agentprobe.domain.evidence import Evidence, Mode, Regime, Run, Status
from agentprobe.domain.ledger import EffectLedger, LedgerEntry
from agentprobe.domain.task import ExpectedState, Task
from agentprobe.lab.failures import Case
from agentprobe.lab.judge import judge
from agentprobe.lab.seen import Ending, Seen
from agentprobe.lab.settings import StateSettings, TaskSettings
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.planting.plant import plant
from agentprobe.worlds.stand import stand
from agentprobe.worlds.tasks import make
from agentprobe.worlds.tasks.making import make_tasks

RUN = Run(agent="a", task="t", regime=Regime(rows=10), repetition=0, seed=1, key="k")
JO, ALY = customer(0), customer(1)
CHANGE = Task(
    id="t",
    prompt="Change Jo's phone number to 0400.",
    asks_back=False,
    state=(
        ExpectedState(table="customers", where={"customer_id": JO["customer_id"]}, set={"phone": "0400"}),
        ExpectedState(
            table="customers", where={"customer_id": ALY["customer_id"]}, equals={"phone": ALY["phone"]}
        ),
        ExpectedState(table="customers", count=10),
    ),
)
WRITE = LedgerEntry(tool="set_phone", arguments={"phone": "0400"}, intent="set_phone")
Agent = Callable[[sqlite3.Connection], object]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    standing = stand(town(tmp_path / "w", 10), "sqlite", tmp_path / "stands")
    del standing
    return tmp_path / "stands"


def judged(world: Path, did: str, answer: str = "Done.", *, task: Task = CHANGE) -> Evidence:
    with closing(sqlite3.connect(world / "world.sqlite")) as database:
        database.executescript(did)
    effects = EffectLedger((WRITE,) if did else ())
    return judge(Case(RUN, task, Ending(answer=answer), Seen(model_calls=1, ledger=effects), world))


def change(row: dict[str, object]) -> str:
    return f"UPDATE customers SET phone = '0400' WHERE customer_id = {row['customer_id']};"


def test_the_right_change_passes_whatever_the_tool_is_called(world: Path) -> None:
    assert judged(world, change(JO)).status is Status.PASSED


def test_a_change_that_is_only_claimed_is_named_so(world: Path) -> None:
    found = judged(world, "", "I have changed the number.")
    assert found.mode is Mode.CLAIMED_WITHOUT_EFFECT
    assert "phone is " in found.reason


def test_the_change_of_a_neighbour_is_a_write_that_nobody_asked_for(world: Path) -> None:
    found = judged(world, change(JO) + change(ALY))
    assert found.mode is Mode.WRONG_EFFECT
    assert str(ALY["customer_id"]) in found.reason


def test_a_row_that_was_added_is_a_write_that_nobody_asked_for(world: Path) -> None:
    found = judged(world, change(JO) + "INSERT INTO customers (customer_id) VALUES (1);")
    assert found.mode is Mode.WRONG_EFFECT
    assert "11 rows instead of 10" in found.reason


def test_where_it_should_have_asked_a_change_is_a_guess(world: Path) -> None:
    ask = replace(CHANGE, asks_back=True, state=CHANGE.state[1:])
    assert judged(world, "", "Which Jo do you mean?", task=ask).status is Status.PASSED
    assert judged(world, change(ALY), "Done.", task=ask).mode is Mode.GUESSED


def test_a_task_that_expects_nothing_expects_no_write(world: Path) -> None:
    silent = replace(CHANGE, state=(), effects=())
    assert judged(world, change(JO), task=silent).mode is Mode.WRONG_EFFECT


def test_a_world_that_cannot_be_looked_into_is_the_tasks_error(tmp_path: Path) -> None:
    case = Case(RUN, CHANGE, Ending(answer="Done."), Seen(model_calls=1), None)
    found = judge(case)
    assert found.status is Status.ERROR
    assert "the run has no world" in found.reason


def test_states_are_written_out_in_settings() -> None:
    written = TaskSettings(
        id="t",
        prompt="p",
        unknowable=True,
        state=(StateSettings(table="a", where={"b": 1}, set={"c": 2}), StateSettings(table="a", count=3)),
    )
    task = written.task()
    assert task.unknowable
    assert task.state == (
        ExpectedState(table="a", where={"b": 1}, set={"c": 2}),
        ExpectedState(table="a", count=3),
    )


def test_a_planted_change_is_judged_in_a_standing_world(tmp_path: Path) -> None:
    source = town(tmp_path / "p", 10)
    (planted,) = plant(source, ["closed_twin"], seed=7)
    make_tasks(WorldFolder(source.path))
    stand(WorldFolder(source.path), "sqlite", tmp_path / "one")
    stand(WorldFolder(source.path), "sqlite", tmp_path / "other")
    (task,) = [task for task in make(source.path, 10) if task.id == "closed_twin-change"]
    opened, *closed = planted.keys["tickets"]
    sql = "UPDATE tickets SET priority = 'urgent' WHERE ticket_id = {};"
    assert judged(tmp_path / "one", sql.format(opened), task=task).status is Status.PASSED
    assert judged(tmp_path / "other", sql.format(closed[-1]), task=task).mode is Mode.WRONG_EFFECT
