"""The grid: every run that a campaign consists of, each with the key of all that decides it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from agentprobe.basis.canonical import digest_of
from agentprobe.basis.dice import Dice
from agentprobe.chaos.schedule import Schedule
from agentprobe.domain.evidence import Regime, Run
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.lab.settings import SIMULATED, Experiment
from agentprobe.lab.sources import Sources

KEYS = 1
"""Raised when runs are judged in a way that makes older evidence incomparable."""
PREFIX = 12
"""So much of a key is shown and is enough to name a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One density: its world's digest, and each task's name and digest there."""

    rows: int | None
    world: str
    tasks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which part of the grid to run; empty means all."""

    agents: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    faults: bool = True
    repetitions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run. Its id names all that a selection cannot change, so that selections add up."""

    id: str
    runs: tuple[Run, ...]
    digests: Mapping[str, str]
    """What each part of the experiment consists of, to tell later what has changed."""

    def find(self, prefix: str) -> Run:
        """The run whose key begins with `prefix`; raises ConfigError for none and for several."""
        found = [run for run in self.runs if run.key.startswith(prefix)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ConfigError(f"{len(found)} runs have a key that begins with '{prefix}'; give more of it")
        raise ConfigError(
            f"no run has a key that begins with '{prefix}'; a key stands for agent, task, world and settings "
            "as they were, so one of these may have changed since: `agentprobe run` gives the present keys"
        )


def check_schedules(experiment: Experiment) -> None:
    """Raise ConfigError for a schedule that cannot be read."""
    for number, text in enumerate(experiment.faults.schedules, 1):
        Schedule.parse(text, where=f"[faults] schedules, number {number}")


def check_selection(experiment: Experiment, chosen: Selection) -> None:
    """Raise ConfigError for an agent or a density that is not in the settings."""
    for name in chosen.agents:
        if name not in experiment.agents:
            raise ConfigError(f"unknown agent '{name}'{did_you_mean(name, experiment.agents)}")
    for rows in chosen.rows:
        if experiment.world is None or rows not in experiment.world.rows:
            known = experiment.world.rows if experiment.world else ()
            there = ", ".join(map(str, known)) or "none, since there is no [world]"
            raise ConfigError(f"{rows} is no density of the world; there are {there}")


def digests_of(experiment: Experiment, sources: Sources) -> dict[str, str]:
    """What decides the behaviour of each agent and of the model."""
    found = {"model": _model_digest(experiment, sources)}
    for name, agent in experiment.agents.items():
        if agent.call is not None:
            code = sources.of_reference(agent.call, agent.files)
        else:
            code = sources.of_words(agent.command, agent.files)
        found[f"agent:{name}"] = digest_of([agent, code])
    return found


def _model_digest(experiment: Experiment, sources: Sources) -> str:
    model = experiment.model
    if model.at != SIMULATED:
        return digest_of(model.at)
    code = sources.of_reference(model.policy) if ":" in model.policy else sources.of_words([model.policy])
    return digest_of([model.at, model.policy, code])


def plan(
    experiment: Experiment, levels: Sequence[Level], digests: Mapping[str, str], chosen: Selection
) -> Plan:
    """All runs that are wanted, in an order that the seed has shuffled.

    Shuffled, so that a provider that gets slower or worse over an hour is not read as an effect of density.
    """
    whole = {**digests, "run": digest_of([experiment.run.seconds, experiment.run.patience_seconds, KEYS])}
    if experiment.world is not None:
        whole["world"] = digest_of(experiment.world.env)
    runs = list(_runs(experiment, levels, whole, chosen))
    Dice(experiment.run.seed).at("order of runs").shuffle(runs)
    return Plan(
        id=digest_of([experiment.project, experiment.run.seed, whole])[:PREFIX],
        runs=tuple(runs),
        digests=whole,
    )


def _runs(
    experiment: Experiment, levels: Sequence[Level], digests: Mapping[str, str], chosen: Selection
) -> Iterator[Run]:
    """A run's seed is decided by task and repetition alone.

    So agents, densities and faults are compared under the same throw of the dice.
    """
    repetitions = chosen.repetitions or experiment.run.repetitions
    wanted = [level for level in levels if not chosen.rows or level.rows in chosen.rows]
    agents = chosen.agents or tuple(experiment.agents)
    for level, agent in product(wanted, agents):
        tasks = _chosen(level, levels, chosen.tasks)
        schedules = _schedules(experiment, level.rows, chosen)
        for task, schedule, nth in product(tasks, schedules, range(repetitions)):
            yield run_of(experiment.run.seed, digests, agent, level, task, schedule, nth)


def run_of(
    seed: int,
    digests: Mapping[str, str],
    agent: str,
    level: Level,
    task: tuple[str, str],
    schedule: str,
    nth: int,
) -> Run:
    """One run with its key; `task` is its name and digest, `digests` are those of a plan."""
    name, digest = task
    common = [_without_agents(digests), agent, digests[f"agent:{agent}"], level.rows, level.world]
    own = Dice(seed).fork(name, nth).seed
    return Run(
        agent=agent,
        task=name,
        regime=Regime(rows=level.rows, schedule=schedule),
        repetition=nth,
        seed=own,
        key=digest_of([common, name, digest, schedule, nth, own]),
    )


def _without_agents(digests: Mapping[str, str]) -> dict[str, str]:
    """A run is decided by its own agent and by no other."""
    return {name: digest for name, digest in digests.items() if not name.startswith("agent:")}


def _schedules(experiment: Experiment, rows: int | None, chosen: Selection) -> tuple[str, ...]:
    tried = experiment.faults.rows
    if not chosen.faults or (tried is not None and rows not in tried):
        return ("",)
    spelled = (str(Schedule.parse(text)) for text in experiment.faults.schedules)
    return tuple(dict.fromkeys(("", *spelled)))


def _chosen(level: Level, levels: Iterable[Level], names: Sequence[str]) -> list[tuple[str, str]]:
    known = {task for each in levels for task, _ in each.tasks}
    for name in names:
        if name not in known:
            raise ConfigError(f"unknown task '{name}'{did_you_mean(name, known)}")
    return [(task, digest) for task, digest in level.tasks if not names or task in names]
