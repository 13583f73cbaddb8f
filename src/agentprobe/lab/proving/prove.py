"""The proving of findings: each is put to the test by the faults that its rule names, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from agentprobe.chaos.fault import FAULTS, Fault
from agentprobe.chaos.strike import ANY_TOOL, MODEL, Strike
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.lab.chaos.run import Chaos, Chosen, Watching
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.chaos.subject import Subject
from agentprobe.lab.proving.concerning import Concerning
from agentprobe.lab.proving.mark import Marks
from agentprobe.lab.proving.marking import marked, untold
from agentprobe.lab.settings import Experiment
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.project import Project

RUNS, MINUTES = 400, 15.0
"""What proving may cost where the settings and the command line allow more."""
REAL_MODEL = frozenset({"prod_temperature", "prod_top_p", "other_model"})
"""Faults that change nothing for a simulated model: its answers do not come from sampling."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One strike that was tried for a finding on an agent and a task, and the runs it came to."""

    agent: str
    task: str
    strike: str
    shown: tuple[Shown, ...] = ()


@dataclass
class Proving(Chaos):
    """A campaign that tries what findings name: single faults, aimed at the calls they are about."""

    wanted: Sequence[Finding] = ()
    concerning: Concerning | None = None
    aimed: dict[tuple[str, str], dict[Finding, tuple[Strike, ...]]] = field(default_factory=dict)
    """What is tried for each finding, by agent and task."""

    def strikes(self, subject: Subject) -> tuple[Strike, ...]:
        """All strikes that prove a finding on this subject, each once."""
        mine = {one: tuple(self._for(one, subject)) for one in self.wanted}
        self.aimed[subject.agent, subject.task] = {one: found for one, found in mine.items() if found}
        return tuple({str(strike): strike for found in mine.values() for strike in found}.values())

    def _for(self, finding: Finding, subject: Subject) -> Iterator[Strike]:
        assert self.concerning is not None
        if finding.probe is None or self.concerning.why_not(finding, subject.agent):
            return
        tools = self.concerning.tools(finding)
        for strike in subject.reach.strikes(self._forms_of(finding.probe, subject)):
            if _is_at(strike, finding.probe, tools):
                yield strike

    def _forms_of(self, probe: Probe, subject: Subject) -> tuple[Fault, ...]:
        """Every form of the faults where runs cost nothing; else the first, which says most."""
        kinds = [FAULTS.get(name) for name in probe.faults if name not in self.pointless]
        if subject.deterministic:
            return tuple(form for kind in kinds for form in kind.variants())
        return tuple(kind.variants()[0] for kind in kinds)

    @property
    def pointless(self) -> frozenset[str]:
        """The faults that would tell nothing, whatever the agent does."""
        return REAL_MODEL if self.experiment.model.simulated else frozenset()

    def trials(self, finding: Finding) -> Iterator[Trial]:
        """What was tried for a finding."""
        for hunt, _ in self.hunts:
            agent, task = hunt.subject.agent, hunt.subject.task
            for strike in self.aimed.get((agent, task), {}).get(finding, ()):
                shown = tuple(hunt.singles.get(str(strike), ()))
                yield Trial(agent=agent, task=task, strike=str(strike), shown=shown)


def _is_at(strike: Strike, probe: Probe, tools: Sequence[str]) -> bool:
    """Does it strike where the finding is? One that stands in a tool is proved at that tool alone."""
    if strike.site == MODEL:
        return probe.at != "tool"
    if probe.at == "model":
        return False
    return not tools or not strike.site.startswith(ANY_TOOL) or strike.site.partition(":")[2] in tools


def prove_findings(
    findings: Sequence[Finding],
    project: Project,
    experiment: Experiment,
    chosen: Chosen,
    progress: Watching,
    *,
    workers: int = 0,
    inline: bool = False,
) -> Marks:
    """Run the agents under the faults that would prove the findings, and mark each finding.

    What was shown before an interruption or the end of the budget is kept. Raises ConfigError where nothing
    may be disturbed, and for agents and tasks that do not exist.
    """
    _check(experiment, chosen)
    concerning = Concerning(project, experiment)
    wanted = [one for one in findings if not untold(one)]
    proving = Proving(
        _bounded(experiment),
        replace(chosen, keeps=False),
        progress,
        workers=workers,
        inline=inline,
        wanted=wanted,
        concerning=concerning,
    )
    ended = _ended(proving) if wanted else ""
    return {one: marked(one, proving, ended) for one in findings}


def _check(experiment: Experiment, chosen: Chosen) -> None:
    tasks = [] if experiment.source or experiment.world else [one.id for one in experiment.tasks]
    for what, names, known in (("agent", chosen.agents, experiment.agents), ("task", chosen.tasks, tasks)):
        for name in names:
            if known and name not in known:
                raise ConfigError(f"unknown {what} '{name}'{did_you_mean(name, known)}")


def _bounded(experiment: Experiment) -> Experiment:
    chaos = experiment.chaos
    limited = msgspec.structs.replace(
        chaos,
        suite="ci",
        faults=(),
        strength=1,
        runs=min(chaos.runs, RUNS),
        minutes=min(chaos.minutes or MINUTES, MINUTES),
    )
    return msgspec.structs.replace(experiment, chaos=limited)


def _ended(proving: Proving) -> str:
    """Carry it out; why it ended before its time, or empty."""
    try:
        found = proving.run()
    except KeyboardInterrupt:
        return "it was interrupted"
    except ConfigError as error:
        return f"the agent cannot be run: {error}"
    unfinished = next((hunt.unfinished for hunt in found.hunts if hunt.unfinished), "")
    return found.stopped or unfinished
