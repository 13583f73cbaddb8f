"""Bugs planted in small agents: a campaign finds each, as small as it is, and nothing in its mended twin."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import Strike
from agentprobe.domain.reaction import HARMLESS
from agentprobe.lab.chaos.found import Campaigned, Minimal
from agentprobe.lab.chaos.run import COVERING, LINEAGE, Chaos, Chosen
from agentprobe.lab.chaos.settings import ChaosSettings
from agentprobe.lab.settings import AgentSettings, Experiment, ModelChoice, RunSettings
from agentprobe.sim.load import load_object
from agentprobe.testing.standing import Quiet

if TYPE_CHECKING:
    from bug import Bug

AGENTS = Path(__file__).parent / "agents"
SHARED = ("bug", "desk", "sound")
NAMES = sorted(file.stem for file in AGENTS.glob("*.py") if file.stem not in SHARED)
CACHES = shutil.ignore_patterns("__pycache__", ".agentprobe")
SEEDS = 20
CARELESS, MENDED = "careless", "mended"


@dataclass(frozen=True)
class Planted:
    """An agent with a bug, beside its mended twin, in a folder of its own."""

    name: str
    folder: Path
    bug: Bug

    def hunted(
        self,
        twin: str,
        faults: Sequence[str] = (),
        *,
        seed: int = 0,
        repetitions: int = 1,
        plan: str = COVERING,
        schedule: str = "",
    ) -> Campaigned:
        """What a campaign finds in one of the twins, with all faults or with these."""
        experiment = Experiment(
            project=self.name,
            folder=self.folder,
            agents={twin: AgentSettings(call=f"{self.name}:{twin}")},
            model=ModelChoice(policy=f"{self.name}:POLICY"),
            tasks=(self.bug.task,),
            world=self.bug.world,
            run=RunSettings(seed=seed),
            chaos=ChaosSettings(
                faults=tuple(faults) or self.bug.faults,
                strength=self.bug.strength,
                baseline=1,
                repetitions=repetitions,
            ),
        )
        chosen = Chosen(fresh=True, keeps=False, plan=plan, schedule=schedule)
        return Chaos(experiment, chosen, Quiet(), inline=True).run()

    @property
    def culprits(self) -> tuple[str, ...]:
        """The faults of the catalogue that are planted, in all forms in which they are tried."""
        names = {part.partition("@")[0] for words in self.bug.planted for part in words.split(" + ")}
        return tuple(fault for fault in self.bug.faults if _name(fault) in names)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all agents, beside which campaigns may write."""
    return Path(shutil.copytree(AGENTS, tmp_path_factory.mktemp("planted") / "agents", ignore=CACHES))


@pytest.fixture
def planted(folder: Path) -> Callable[[str], Planted]:
    """Finds an agent by its name."""
    return lambda name: Planted(name, folder, load_object(f"{name}:BUG", folder))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_planted_is_found_as_small_as_it_is_and_nothing_else(
    planted: Callable[[str], Planted], name: str
) -> None:
    agent = planted(name)
    found = agent.hunted(CARELESS)
    assert not found.observed_nothing
    assert {(_in_words(one), one.shown.reaction) for one in found.minimal} == set(agent.bug.planted.items())
    for one in found.minimal:
        again = agent.hunted(CARELESS, schedule=one.schedule).minimal
        assert [other.shown.reaction for other in again] == [one.shown.reaction]
        for smaller in _without_one(one):
            assert not agent.hunted(CARELESS, schedule=smaller).minimal


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_in_the_mended_twin(planted: Callable[[str], Planted], name: str) -> None:
    found = planted(name).hunted(MENDED)
    assert not found.observed_nothing
    assert [one.schedule for one in found.minimal] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_mended_twin_stands_what_was_planted_over_twenty_throws_of_the_dice(
    planted: Callable[[str], Planted], name: str
) -> None:
    agent = planted(name)
    if agent.bug.strength > 1:
        found = agent.hunted(MENDED, schedule=", ".join(agent.culprits), seed=1, repetitions=SEEDS)
        struck = set(agent.bug.planted) if any(cell.runs for cell in found.cells) else set()
    else:
        found = agent.hunted(MENDED, agent.culprits, seed=1, repetitions=SEEDS)
        struck = {_at(strike) for cell in found.cells if cell.runs for strike in _strikes(cell.strike)}
    assert struck >= set(agent.bug.planted)
    for cell in found.cells:
        assert all(reaction in HARMLESS for reaction in cell.counts if reaction.tells)
        assert sum(cell.counts.values()) == SEEDS


def test_lineage_finds_the_two_calls_whose_failing_makes_the_agent_invent_a_rate(
    planted: Callable[[str], Planted],
) -> None:
    found = planted("both_sources_down").hunted(CARELESS, plan=LINEAGE)
    assert [_in_words(one) for one in found.minimal] == ["tool_error@tool:fallback + tool_error@tool:primary"]
    assert found.hunts[0].certificate.startswith("2 failing calls can make it miss the goal")


def test_lineage_certifies_the_twin_that_has_a_third_source(planted: Callable[[str], Planted]) -> None:
    found = planted("both_sources_down").hunted(MENDED, plan=LINEAGE)
    assert found.minimal == ()
    assert found.hunts[0].certificate.startswith("no set of at most 2 of these")


def test_there_are_bugs_that_take_two_faults_and_one_that_takes_three(
    planted: Callable[[str], Planted],
) -> None:
    together = [len(words.split(" + ")) for name in NAMES for words in planted(name).bug.planted]
    assert len(NAMES) >= 30
    assert together.count(2) >= 4
    assert together.count(3) >= 1


def _in_words(found: Minimal) -> str:
    return " + ".join(sorted(map(_at, _strikes(found.schedule))))


def _strikes(schedule: str) -> tuple[Strike, ...]:
    return Schedule.parse(schedule).strikes


def _at(strike: Strike) -> str:
    return f"{strike.fault.name}@{strike.site}"


def _name(fault: str) -> str:
    return fault.partition("@")[0].partition("(")[0]


def _without_one(found: Minimal) -> list[str]:
    """The schedules that lack one of its faults; none where it has but one."""
    strikes = _strikes(found.schedule)
    parts = [tuple(one for one in strikes if one is not left) for left in strikes]
    return [str(Schedule(part)) for part in parts if part]
