"""An assertion for tests: an agent stands these faults. `agentprobe chaos` writes such tests itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from agentprobe.config.load import load_settings
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.found import Hunted
from agentprobe.lab.chaos.of_command import AGENT, TASK, experiment_of
from agentprobe.lab.chaos.run import Chaos, Chosen
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.run import Quiet as QuietRuns
from agentprobe.lab.settings import Experiment


class Stumbled(AssertionError):
    """The agent does not stand the faults; the message says what it did."""


class Quiet(QuietRuns):
    """Nobody wants to know how far it is."""

    def hunting(self, agent: str, task: str, strikes: int) -> None: ...

    def shot(self, shown: Shown) -> None: ...


def stands(
    *,
    schedule: str,
    config: str | Path = "agentprobe.toml",
    agent: str = "",
    task: str = "",
    rows: int | None = None,
    command: Sequence[str] = (),
    policy: str = "",
    reads: Sequence[str] = (),
    repetition: int = 0,
    times: int = 1,
) -> None:
    """Run the agent under a schedule of faults, and raise Stumbled when that is too much for it.

    The agent is one of a settings file, which is looked for from here upward, or a command with, if `policy`
    is given, a simulated model, and `reads`, its tools that only read. `times` runs it with as many throws
    of the dice, from `repetition` on. What an agent may make of a fault is said under [chaos] `tolerated`. A
    fault that finds nothing to strike fails the test too: it shows nothing. Raises ConfigError for what
    cannot be meant.
    """
    experiment = _experiment(config, command, policy, reads, times)
    chosen = Chosen(
        agents=(agent or AGENT,),
        tasks=(task or TASK,),
        rows=rows,
        schedule=schedule,
        derived=bool(command),
        command=tuple(command),
        policy=policy,
        reads=tuple(reads),
        first=repetition,
        keeps=False,
    )
    chaos = Chaos(experiment, chosen, Quiet(), workers=1)
    found = chaos.run()
    _check_steady(found.hunts)
    for hunt, _ in chaos.hunts:
        shown = [one for several in hunt.singles.values() for one in several]
        for one in shown:
            if hunt.fails(one):
                raise Stumbled(f"under {schedule} the agent {_told(one)}")
        if all(not one.reaction.tells for one in shown):
            raise Stumbled(f"{schedule} never struck, so this shows nothing: {_told(shown[0])}")


def _check_steady(hunts: Sequence[Hunted]) -> None:
    for hunt in hunts:
        if hunt.unsteady:
            raise Stumbled(f"the agent does not pass without faults: {hunt.unsteady}")


def _told(shown: Shown) -> str:
    reason = f": {shown.reason}" if shown.reason else ""
    harm = {Reaction.UNTOUCHED: "was not touched", Reaction.UNJUDGED: "could not be judged"}
    return harm.get(shown.reaction, shown.reaction.value.replace("_", " ")) + reason


def _experiment(
    config: str | Path, command: Sequence[str], policy: str, reads: Sequence[str], times: int
) -> Experiment:
    if command:
        experiment = experiment_of(command, policy=policy, reads=reads)
    else:
        path = _found(Path(config))
        experiment = load_settings(path).experiment(path.parent)
    chaos = msgspec.structs.replace(experiment.chaos, repetitions=times)
    return msgspec.structs.replace(experiment, chaos=chaos)


def _found(config: Path) -> Path:
    """The settings file, here or in one of the folders above."""
    if config.is_absolute():
        return config
    here = Path.cwd()
    return next((place / config for place in (here, *here.parents) if (place / config).is_file()), config)
