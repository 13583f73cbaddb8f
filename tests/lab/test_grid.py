"""Every run has a key that stands for all that decides it, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from agentprobe.errors import ConfigError
from agentprobe.lab.grid import (
    Level,
    Plan,
    Selection,
    check_schedules,
    check_selection,
    digests_of,
    plan,
)
from agentprobe.lab.settings import (
    AgentSettings,
    Experiment,
    FaultSettings,
    ModelChoice,
    RunSettings,
    WorldSettings,
)
from agentprobe.lab.sources import Sources

LEVELS = [
    Level(rows=10, world="w10", tasks=(("t1", "a"), ("t2", "b"))),
    Level(rows=1000, world="w1000", tasks=(("t1", "a"), ("t2", "b"))),
]
EXPERIMENT = Experiment(
    project="p",
    folder=Path("nowhere"),
    agents={"one": AgentSettings(call="agent:run"), "two": AgentSettings(call="agent:run")},
    world=WorldSettings(build="world:build", rows=(10, 1000)),
    faults=FaultSettings(schedules=("hang@model", "tool_error@tool:1"), rows=(1000,)),
    run=RunSettings(repetitions=3, seed=7),
)
DIGESTS = {"model": "m", "agent:one": "1", "agent:two": "2"}


def laid(experiment: Experiment = EXPERIMENT, chosen: Selection | None = None) -> Plan:
    return plan(experiment, LEVELS, DIGESTS, chosen or Selection())


def laid_on(levels: list[Level]) -> Plan:
    return plan(EXPERIMENT, levels, DIGESTS, Selection())


def keys(found: Plan) -> set[str]:
    return {run.key for run in found.runs}


def test_the_grid_is_agents_by_tasks_by_regimes_by_repetitions() -> None:
    found = laid()
    assert len(found.runs) == 2 * 2 * 3 * (2 + 2)
    assert len(keys(found)) == len(found.runs)


def test_faults_are_tried_at_their_own_densities() -> None:
    assert {run.regime.rows for run in laid().runs if run.regime.schedule} == {1000}


def test_the_order_is_shuffled_by_the_seed_and_the_same_each_time() -> None:
    rows = [run.regime.rows or 0 for run in laid().runs]
    assert rows != sorted(rows)
    assert [run.key for run in laid().runs] == [run.key for run in laid().runs]


@pytest.mark.parametrize(
    "chosen",
    [
        Selection(agents=("one",)),
        Selection(tasks=("t2",)),
        Selection(rows=(10,)),
        Selection(faults=False),
        Selection(repetitions=1),
    ],
)
def test_a_selection_is_a_part_of_the_same_plan(chosen: Selection) -> None:
    part, whole = laid(chosen=chosen), laid()
    assert keys(part) < keys(whole)
    assert part.id == whole.id


def test_agents_and_regimes_meet_the_same_throw_of_the_dice() -> None:
    throws = {(run.task, run.repetition, run.seed) for run in laid().runs}
    assert len(throws) == 2 * 3
    assert len({seed for _, _, seed in throws}) == 2 * 3


def test_a_run_is_not_touched_by_a_change_of_another_agent() -> None:
    other = plan(EXPERIMENT, LEVELS, {**DIGESTS, "agent:two": "changed"}, Selection())
    ours = {run.key for run in laid().runs if run.agent == "one"}
    assert ours == {run.key for run in other.runs if run.agent == "one"}
    assert keys(laid()).isdisjoint(run.key for run in other.runs if run.agent == "two")


@pytest.mark.parametrize(
    "change",
    [
        {"model": "other"},
        {"agent:one": "other", "agent:two": "other"},
    ],
)
def test_what_decides_a_run_changes_its_key(change: dict[str, str]) -> None:
    other = plan(EXPERIMENT, LEVELS, {**DIGESTS, **change}, Selection())
    assert keys(other).isdisjoint(keys(laid()))
    assert other.id != laid().id


def test_a_changed_world_or_task_changes_the_keys_there_and_nowhere_else() -> None:
    levels = [LEVELS[0], Level(rows=1000, world="changed", tasks=(("t1", "a"), ("t2", "b")))]
    assert {r.key for r in laid().runs if r.regime.rows == 10} <= keys(laid_on(levels))
    assert {r.key for r in laid().runs if r.regime.rows == 1000}.isdisjoint(keys(laid_on(levels)))
    tasks = [Level(rows=one.rows, world=one.world, tasks=(("t1", "x"), ("t2", "b"))) for one in LEVELS]
    assert {r.key for r in laid().runs if r.task == "t2"} <= keys(laid_on(tasks))
    assert {r.key for r in laid().runs if r.task == "t1"}.isdisjoint(keys(laid_on(tasks)))


def test_another_seed_or_limit_makes_other_runs() -> None:
    for run in (RunSettings(repetitions=3, seed=8), RunSettings(repetitions=3, seed=7, seconds=5)):
        assert keys(laid(msgspec.structs.replace(EXPERIMENT, run=run))).isdisjoint(keys(laid()))


def test_one_schedule_spelled_in_two_ways_is_one() -> None:
    spelled = FaultSettings(schedules=("tool_error@tool:1,hang@model", "tool_error@tool:1, hang@model"))
    found = laid(msgspec.structs.replace(EXPERIMENT, faults=spelled))
    assert len({run.regime.schedule for run in found.runs}) == 2
    assert len(keys(found)) == len(found.runs)


def test_a_run_is_found_by_the_beginning_of_its_key() -> None:
    found = laid()
    run = found.runs[5]
    assert found.find(run.key[:12]) == run
    with pytest.raises(ConfigError, match="give more of it"):
        found.find("")
    with pytest.raises(ConfigError, match="may have changed since"):
        found.find("zzz")


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="unknown agent 'on'; did you mean 'one'"):
        check_selection(EXPERIMENT, Selection(agents=("on",)))
    with pytest.raises(ConfigError, match="500 is no density of the world; there are 10, 1000"):
        check_selection(EXPERIMENT, Selection(rows=(500,)))
    with pytest.raises(ConfigError, match="unknown task 't3'; did you mean"):
        laid(chosen=Selection(tasks=("t3",)))


def test_a_schedule_that_cannot_be_read_is_said_with_its_number() -> None:
    wrong = msgspec.structs.replace(EXPERIMENT, faults=FaultSettings(schedules=("hang@model", "hagn@model")))
    with pytest.raises(ConfigError, match=r"'hagn'.*schedules, number 2.*did you mean 'hang'"):
        check_schedules(wrong)


def test_a_changed_policy_is_another_model(tmp_path: Path) -> None:
    (tmp_path / "policy.py").write_text("x = 1")
    simulated = msgspec.structs.replace(EXPERIMENT, model=ModelChoice(policy="policy:X"), folder=tmp_path)
    before = digests_of(simulated, Sources(tmp_path))["model"]
    (tmp_path / "policy.py").write_text("x = 2")
    assert digests_of(simulated, Sources(tmp_path))["model"] != before
