"""A campaign finds what breaks an agent, makes it small, keeps it, and goes on where it was stopped."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from tests.lab.chaos.conftest import Hunted

from agentprobe.chaos.schedule import Schedule
from agentprobe.domain.mend import Mend
from agentprobe.domain.reaction import Reaction
from agentprobe.errors import ConfigError
from agentprobe.lab.chaos.prove import prove
from agentprobe.lab.chaos.run import Chaos, Chosen
from agentprobe.lab.settings import Experiment
from agentprobe.testing.standing import Quiet, Stumbled, stands
from agentprobe.trace.read import read_trace


def test_a_single_fault_that_makes_an_agent_lie_is_found(hunted: Hunted) -> None:
    found = hunted("careless", strength=1)
    lies = {one.schedule: one for one in found.minimal}
    assert set(lies) == {"tool_error@tool:refund:1", "cut_answer@model:3"}
    lie = lies["tool_error@tool:refund:1"]
    assert lie.shown.reaction is Reaction.LIED
    assert "carried out 0 times instead of 1" in lie.shown.reason
    assert Mend.ERROR_HANDLING in [remedy.mend for remedy in lie.remedies]
    assert found.exit_code == 1


def test_an_agent_that_says_what_went_wrong_is_left_in_peace(hunted: Hunted) -> None:
    found = hunted("careful")
    assert found.minimal == ()
    assert found.exit_code == 0
    reactions = {cell.strike: dict(cell.counts) for cell in found.cells}
    assert reactions["tool_error@tool:refund:1"] == {Reaction.NOTICED: 1}
    assert reactions["latency@model:2"] == {Reaction.RECOVERED: 1}


def test_a_fault_that_finds_nothing_to_strike_says_nothing(hunted: Hunted) -> None:
    found = hunted("careful")
    assert "stale_result@tool:find:2" in found.hunts[0].idle
    cell = next(cell for cell in found.cells if cell.strike == "stale_result@tool:find:2")
    assert cell.counts == {Reaction.UNTOUCHED: 1}
    assert cell.runs == 0


def test_two_faults_that_only_break_an_agent_together_are_found_and_made_small(hunted: Hunted) -> None:
    found = hunted("shaken")
    (pair,) = found.minimal
    assert set(pair.schedule.split(", ")) == {"tool_error@tool:refund:1", "tool_error@tool:refund:2"}
    assert pair.out_of > 2


def test_what_is_found_is_kept_as_a_schedule_a_trace_and_a_test(hunted: Hunted, shop: Path) -> None:
    (pair,) = hunted("shaken").minimal
    folder = shop / pair.folder
    written = Schedule.load(folder / "schedule.toml")
    assert str(written) == pair.schedule
    assert len(tomllib.loads((folder / "schedule.toml").read_text())["strike"]) == 2
    trace = read_trace(folder / "trace.jsonl")
    assert trace.header.run["schedule"] == pair.schedule
    assert not trace.ledger().times()
    (test,) = folder.glob("test_*.py")
    compile(test.read_text(), str(test), "exec")
    assert f"schedule={pair.schedule!r}" in test.read_text()


def test_what_was_run_is_not_run_again(hunted: Hunted) -> None:
    first = hunted("shaken")
    assert first.spent.runs > 5
    again = hunted("shaken")
    assert again.spent.runs == 0
    assert [one.schedule for one in again.minimal] == [one.schedule for one in first.minimal]


def test_the_same_seed_gives_the_same_campaign(hunted: Hunted) -> None:
    first, second = (hunted("careless", {"fresh": True}) for _ in range(2))
    assert first.spent.runs == second.spent.runs > 0
    assert [(cell.strike, cell.counts) for cell in first.cells] == [
        (cell.strike, cell.counts) for cell in second.cells
    ]


def test_an_agent_that_does_not_pass_undisturbed_is_not_disturbed(hunted: Hunted, shop: Path) -> None:
    settings = shop / "shop.py"
    settings.write_text(settings.read_text().replace('"I refunded 30 for A-1."', '"I refunded."'))
    found = hunted("careful")
    assert "undisturbed it failed" in found.hunts[0].unsteady
    assert found.exit_code == 3
    assert found.cells == ()


def test_a_budget_ends_a_campaign_and_is_said(hunted: Hunted) -> None:
    found = hunted("shaken", runs=4)
    assert found.spent.runs <= 5
    assert found.hunts[0].unfinished == "the budget of 4 runs is used up"


def test_a_budget_of_injections_is_never_exceeded_by_more_than_what_was_under_way(hunted: Hunted) -> None:
    found = hunted("careful", injections=1, together=2)
    assert found.spent.injections <= 16
    assert "injections" in found.hunts[0].unfinished


def test_the_stop_file_stops_it(hunted: Hunted, shop: Path) -> None:
    (shop / ".agentprobe" / "chaos").mkdir(parents=True)
    (shop / ".agentprobe" / "chaos" / "STOP").touch()
    found = hunted("careful")
    assert "says to stop" in found.hunts[0].unfinished
    assert found.exit_code == 3


def test_nothing_is_disturbed_in_production(hunted: Hunted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTPROBE_ENV", "production")
    with pytest.raises(ConfigError, match="AGENTPROBE_ENV says that this is 'production'"):
        hunted("careful")


def test_lineage_certifies_an_agent_that_no_small_set_breaks(hunted: Hunted) -> None:
    told = hunted("shaken", {"plan": "lineage"}, strength=1).hunts[0]
    assert "no set of at most 1 of these" not in told.certificate  # the first model call has no second way
    assert "can make it miss the goal" in told.certificate


def test_lineage_finds_the_pair_behind_a_retry(hunted: Hunted, shop: Path) -> None:
    _ask_again(shop)
    assert (
        "no set of at most 1 of these"
        in hunted("shaken", {"plan": "lineage"}, strength=1).hunts[0].certificate
    )
    found = hunted("shaken", {"plan": "lineage", "fresh": True}, strength=2)
    (pair,) = found.minimal
    assert len(pair.schedule.split(", ")) == 2


def _ask_again(shop: Path) -> None:
    """Let the agent ask the model a second time where a call has failed."""
    path = shop / "shop.py"
    old = '        reply = client.post("http://127.0.0.1:9/v1/chat/completions", json=asked)\n'
    new = old + "        if reply.status_code >= 500:\n    " + old
    path.write_text(path.read_text().replace(old, new))


def test_a_mended_agent_is_proven_with_the_same_seed(experiment: Experiment, shop: Path) -> None:
    chosen = Chosen(agents=("careless",))
    Chaos(experiment, chosen, Quiet(), inline=True).run()
    before = prove(experiment, Quiet(), names=["01-cut_answer"])
    assert [proof.breaks for proof in before] == [True]
    path = shop / "shop.py"
    path.write_text(path.read_text().replace("checks=False", "checks=True"))
    (after,) = prove(experiment, Quiet(), names=["01-cut_answer"])
    assert (after.mended, after.reaction) == (True, Reaction.NOTICED)
    with pytest.raises(ConfigError, match="unknown finding '01-cut_anser'; did you mean '01-cut_answer'"):
        prove(experiment, Quiet(), names=["01-cut_anser"])


def test_a_proof_throws_the_dice_of_its_campaign(hunted: Hunted, experiment: Experiment, shop: Path) -> None:
    hunted("careless", seed=7)
    assert [proof.breaks for proof in prove(experiment, Quiet(), names=["01-cut_answer"])] == [True]
    assert len([*(shop / ".agentprobe" / "chaos").glob("*/shots.jsonl")]) == 1


def test_a_test_of_a_finding_fails_until_it_is_mended(shop: Path) -> None:
    told = {"config": shop / "agentprobe.toml", "agent": "careless", "task": "refund"}
    with pytest.raises(Stumbled, match="lied: a cut answer was handed on as whole"):
        stands(**told, schedule="cut_answer@model:3")  # type: ignore[arg-type]  # a mapping of keywords
    stands(**told, schedule="latency@model:2")  # type: ignore[arg-type]  # the same
    with pytest.raises(Stumbled, match="never struck"):
        stands(**told, schedule="stale_result@tool:find:2")  # type: ignore[arg-type]  # the same


def test_a_campaign_can_be_read_again_from_its_file(hunted: Hunted, shop: Path) -> None:
    found = hunted("careless")
    (path,) = (shop / ".agentprobe" / "chaos").glob("*/campaign.json")
    data = json.loads(path.read_bytes())
    assert [one["schedule"] for one in data["minimal"]] == [one.schedule for one in found.minimal]
