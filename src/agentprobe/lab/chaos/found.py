"""What a campaign has found, ready to be reported and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentprobe.chaos.search.covering import Coverage
from agentprobe.domain.mend import Mend
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.shot import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What mends a finding: the measure, as a guard is told it, and in words."""

    mend: Mend
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimal:
    """A smallest set of faults that breaks an agent: without any one of them it stands."""

    name: str
    """What it is called in this campaign, and its folder."""
    agent: str
    task: str
    rows: int | None
    schedule: str
    shown: Shown
    """One run in which it broke the agent."""
    runs: int
    """How many further runs it took to make it so small."""
    out_of: int = 1
    """How many faults struck in the run that failed first."""
    remedies: tuple[Remedy, ...] = ()
    also: tuple[str, ...] = ()
    """The other tasks on which the same faults did the same."""
    reproduce: str = ""
    """The command that shows it again."""
    folder: str = ""
    """Where its schedule, its trace and its test lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One single fault: how often agents made what of it."""

    agent: str
    fault: str
    family: str
    strike: str
    counts: Mapping[Reaction, int]
    extra_calls: float | None = None
    """Model calls beyond the usual, on average over the runs in which it struck."""
    extra_tokens: float | None = None
    recovery_seconds: float | None = None
    """How much longer the runs took that recovered, on average."""

    @property
    def runs(self) -> int:
        """The runs that say something."""
        return sum(times for reaction, times in self.counts.items() if reaction.tells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunted:
    """How far a campaign came with one agent on one task."""

    agent: str
    task: str
    rows: int | None
    strikes: int = 0
    """How many strikes there were to try."""
    unsteady: str = ""
    """Why nothing could be said: the undisturbed agent does not pass."""
    killers: tuple[str, ...] = ()
    """The strikes that end the run by themselves, and were left out of combinations."""
    idle: tuple[str, ...] = ()
    """The strikes that never did anything."""
    coverage: Coverage | None = None
    certificate: str = ""
    """What lineage has shown, or a single schedule, in a sentence."""
    unfinished: str = ""
    """Why it did not come to its end."""
    unsettled: tuple[str, ...] = ()
    """The schedules that failed, and that could not be tried again before the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a campaign has cost."""

    runs: int = 0
    tokens: int = 0
    dollars: float | None = None
    injections: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaigned:
    """All that a report on a campaign says."""

    project: str
    model: str
    simulated: bool
    virtual: bool
    observed: str
    seed: int
    suite: str
    plan: str
    """How combinations were chosen: `covering` or `lineage`."""
    confidence: float
    hunts: tuple[Hunted, ...]
    cells: tuple[Cell, ...]
    minimal: tuple[Minimal, ...]
    spent: Spent
    folder: str
    command: tuple[str, ...] = ()
    """The agent's command, where no settings file names it."""
    policy: str = ""
    reads: tuple[str, ...] = ()
    """The tools of such an agent that only read."""
    stopped: str = ""
    """Why the campaign ended before its time; empty when it did not."""
    notes: tuple[str, ...] = field(default=())

    @property
    def observed_nothing(self) -> bool:
        """Did no run say anything, or could the undisturbed agent not stand?"""
        return any(hunt.unsteady for hunt in self.hunts) or not any(cell.runs for cell in self.cells)

    @property
    def unsettled(self) -> int:
        """How many schedules failed that could not be tried again."""
        return sum(len(hunt.unsettled) for hunt in self.hunts)

    @property
    def exit_code(self) -> int:
        """0 where nothing was found, 1 for findings, 3 where too little was observed to say so."""
        if self.minimal:
            return 1
        return 3 if self.observed_nothing or self.stopped or self.unsettled else 0
