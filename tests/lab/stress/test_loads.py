"""Loads of agents that are planted to break in one way each, and of their twins that do not."""

from __future__ import annotations

from agentprobe.lab.stress.found import MIXED_UP
from agentprobe.lab.stress.limit import Limits
from agentprobe.lab.stress.shape import burst, ramp, soak

from .conftest import Loaded


def test_state_of_the_module_mixes_sessions_up_and_only_when_there_are_several(loaded: Loaded) -> None:
    found = loaded("mixing", burst(8, base=3))
    base, together = found.stages
    assert base.kinds == {"recovered": 3}
    assert together.kinds[MIXED_UP] >= 1
    assert together.kinds.keys() <= {MIXED_UP, "recovered"}
    assert "belongs to another session" in found.findings[0]
    assert any("of session" in one.reason for one in found.examples)
    assert found.exit_code == 1


def test_the_twin_that_keeps_its_state_to_itself_stands_the_same_load(loaded: Loaded) -> None:
    found = loaded("steady", burst(8, base=3), times=100)
    assert [stage.kinds for stage in found.stages] == [{"recovered": 3}, {"recovered": 8}]
    assert (found.findings, found.exit_code, found.how) == ((), 0, "threads")
    assert found.stages[1].model_calls == 2


def test_tasks_of_one_loop_are_mixed_up_in_the_same_way(loaded: Loaded) -> None:
    found = loaded("mixing_async", burst(8, base=2))
    assert found.how == "tasks"
    assert found.stages[0].kinds == {"recovered": 2}
    assert found.stages[1].kinds[MIXED_UP] >= 1


def test_tasks_of_one_loop_have_each_their_own_session(loaded: Loaded) -> None:
    found = loaded("steady_async", ramp([1, 3], sessions=6), times=100)
    assert [stage.kinds for stage in found.stages] == [{"recovered": 6}, {"recovered": 6}]
    assert found.exit_code == 0


def test_threads_that_a_session_hands_work_to_belong_to_it(loaded: Loaded) -> None:
    found = loaded("threaded", burst(4, base=1), times=100)
    assert found.stages[1].kinds == {"recovered": 4}


def test_a_client_that_takes_one_at_a_time_makes_all_others_wait(loaded: Loaded) -> None:
    """With 12 in a queue the last has waited for all others, so it took longest by far."""
    found = loaded("queueing", burst(12, base=4), model_seconds=0.1, times=1.5)
    base, together = found.stages
    assert base.p50 is not None
    assert together.p50 is not None
    assert together.p95 is not None
    assert together.p95.value > together.p50.value > base.p50.value
    assert together.failed == 0


def test_a_limit_that_all_share_refuses_and_an_impatient_agent_stops(loaded: Loaded) -> None:
    limits = Limits(requests=2, seconds=60)
    found = loaded("steady", burst(5, base=1), model_seconds=0, limits=limits)
    base, together = found.stages
    assert base.kinds == {"recovered": 1}
    assert together.kinds == {"stopped": 5}
    assert together.refused == 5
    assert "429" in found.examples[0].reason
    assert found.limits == "2 model calls a 60 s"


def test_one_that_waits_as_it_is_told_comes_through_a_limit(loaded: Loaded) -> None:
    found = loaded("patient", burst(6, base=1), model_seconds=0.02, limits=Limits(capacity=2), times=100)
    assert found.stages[1].kinds == {"recovered": 6}


def test_an_agent_that_fails_by_itself_says_nothing_about_load(loaded: Loaded) -> None:
    found = loaded("broken", burst(3, base=2), model_seconds=0)
    assert "one at a time" in found.unsteady
    assert found.exit_code == 3


def test_a_session_that_hangs_is_given_up_and_the_others_go_on(loaded: Loaded) -> None:
    found = loaded("hanging", burst(3, base=1), model_seconds=0.3, seconds=2.0)
    kinds = found.stages[1].kinds
    assert kinds["overspent"] >= 1
    assert sum(kinds.values()) == 3


def test_the_bound_holds_and_what_was_done_is_reported(loaded: Loaded) -> None:
    found = loaded("steady", ramp([1], sessions=10_000), model_seconds=0.05, minutes=0.6 / 60)
    assert 1 <= found.stages[0].sessions < 100
    assert "bound" in found.stopped
    assert found.exit_code == 3


def test_commands_run_beside_each_other_behind_one_gateway(loaded: Loaded) -> None:
    found = loaded("command", burst(4, base=1), model_seconds=0, times=1000)
    assert found.how == "commands"
    assert [stage.kinds for stage in found.stages] == [{"recovered": 1}, {"recovered": 4}]


def test_a_soak_finds_what_a_run_leaves_behind(loaded: Loaded) -> None:
    found = loaded("leaking", soak(4, 4, base=1), model_seconds=0, times=1000)
    drifting = {trend.what for trend in found.trends if trend.drifts}
    assert "resident memory" in drifting
    assert found.exit_code == 1


def test_a_soak_of_its_twin_finds_nothing_that_is_left_behind(loaded: Loaded) -> None:
    found = loaded("steady", soak(1.8, 4, base=1), model_seconds=0, times=1000)
    leftover = {"resident memory", "memory blocks", "threads", "open files"}
    assert not {trend.what for trend in found.trends if trend.drifts} & leftover
    assert found.stages[1].kinds.keys() == {"recovered"}
    assert {trend.what for trend in found.trends} >= {*leftover, "share that fails", "seconds a session"}
