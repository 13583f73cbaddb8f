"""Proof that a finding is mended: the same faults with the same seed, on the agent as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from agentprobe.domain.reaction import Reaction
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.lab.chaos.found import Campaigned, Minimal
from agentprobe.lab.chaos.of_command import experiment_of
from agentprobe.lab.chaos.run import Chaos, Chosen, Watching
from agentprobe.lab.settings import FROM_ENVIRONMENT, Experiment


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A finding, and what the agent makes of the same faults now."""

    finding: Minimal
    reaction: Reaction
    reason: str = ""
    breaks: bool = False
    """Is it still more than an agent may make of it?"""

    @property
    def mended(self) -> bool:
        """Did the faults strike, and was all well?"""
        return self.reaction.tells and not self.breaks


def last_campaign(home: Path) -> Campaigned:
    """What the last campaign has found; raises ConfigError where there was none."""
    try:
        name = (home / "chaos" / "latest").read_text(encoding="utf-8").strip()
        data = (home / "chaos" / name / "campaign.json").read_bytes()
        return msgspec.json.decode(data, type=Campaigned)
    except OSError as error:
        raise ConfigError("there is no campaign to prove; call `agentprobe chaos` first") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"the last campaign cannot be read: {error}; run it again") from error


def prove(
    experiment: Experiment | None,
    progress: Watching,
    *,
    names: Sequence[str] = (),
    workers: int = 0,
    folder: Path | None = None,
) -> tuple[Proof, ...]:
    """Shoot each finding's schedule again; `names` says which, all when left out.

    Without an experiment it is the agent whose command the last campaign below `folder` was given.
    """
    last = last_campaign(experiment.home if experiment else (folder or Path.cwd()) / ".agentprobe")
    if last.command:
        url = "" if last.simulated or last.model == FROM_ENVIRONMENT else last.model
        experiment = experiment_of(last.command, policy=last.policy, url=url, reads=last.reads, folder=folder)
    if experiment is None:
        raise ConfigError("the last campaign was one of a settings file; name it with --config")
    run = msgspec.structs.replace(experiment.run, seed=last.seed)
    experiment = msgspec.structs.replace(experiment, run=run)
    found = last.minimal
    known = {one.name: one for one in found}
    for name in names:
        if name not in known:
            raise ConfigError(f"unknown finding '{name}'{did_you_mean(name, known)}")
    wanted = [known[name] for name in names] if names else found
    how = Chosen(
        derived=bool(last.command),
        command=last.command,
        policy=last.policy,
        reads=last.reads,
        keeps=False,
    )
    return tuple(_proof(experiment, one, how, progress, workers) for one in wanted)


def _proof(experiment: Experiment, finding: Minimal, how: Chosen, progress: Watching, workers: int) -> Proof:
    chosen = replace(
        how,
        agents=(finding.agent,),
        tasks=(finding.task,),
        rows=finding.rows,
        schedule=finding.schedule,
        first=finding.shown.run.repetition,
    )
    chaos = Chaos(experiment, chosen, progress, workers=workers)
    hunted = chaos.run()
    if unsteady := next((hunt for hunt in hunted.hunts if hunt.unsteady), None):
        return Proof(finding=finding, reaction=Reaction.UNJUDGED, reason=unsteady.unsteady)
    (hunt, _), *_ = chaos.hunts
    shown = next(iter(hunt.singles.values()))[0]
    return Proof(finding=finding, reaction=shown.reaction, reason=shown.reason, breaks=hunt.fails(shown))
