"""What a load has shown, ready to be reported and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentprobe.domain.reaction import Reaction
from agentprobe.lab.stress.shape import Shape

MIXED_UP = "mixed_up"
"""The kind of a session out of which something of another one came."""
FAILED_PROVIDER = "provider_failed"
"""The kind of a session whose provider had no answer for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session of a load, judged."""

    number: int
    stage: int
    task: str
    began: float
    """In seconds since the load began."""
    ended: float
    seconds: float
    """From the question to the answer."""
    kind: str
    """Its reaction, or what else it came to."""
    reason: str = ""
    answer: str = ""
    model_calls: int = 0
    """HTTP attempts included."""
    retries: int = 0
    refused: int = 0
    """How many of its model calls were answered by 429, 503 or 529."""
    tokens: int = 0
    dollars: float | None = None
    foreign: tuple[int, ...] = ()
    """The sessions whose words stand in what it gave out."""
    fits: tuple[str, ...] = ()
    """The other tasks whose answer or effects it had."""
    trace: str = ""

    @property
    def good(self) -> bool:
        """Did it do what was asked?"""
        return self.kind == Reaction.RECOVERED

    @property
    def tells(self) -> bool:
        """Does it say anything about the agent?"""
        return self.kind not in (Reaction.UNJUDGED, Reaction.UNTOUCHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with the interval in which it lies; None where too little was seen to say."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What one stage has shown."""

    concurrency: int
    at_once: bool
    base: bool
    """Is it the one by which the others are judged?"""
    sessions: int
    """Those that say something."""
    failed: int
    rate: Figure
    """The share that failed."""
    kinds: Mapping[str, int]
    """How often sessions came to what, those that did what was asked included."""
    unfinished: int = 0
    """Sessions that had begun and were never over."""
    p50: Figure | None = None
    """Of the seconds of those that did what was asked; None where none did."""
    p95: Figure | None = None
    p99: Figure | None = None
    throughput: float | None = None
    """How many did what was asked, a second."""
    model_calls: float = 0.0
    """A session, on average."""
    retries: float = 0.0
    refused: int = 0
    """Model calls that were answered by 429, 503 or 529, in all."""
    busy: float | None = None
    """Processors at work for the process that carries the load, on average; near 1 it waits for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A session of a kind, for people to look at."""

    kind: str
    concurrency: int
    number: int
    task: str
    reason: str
    answer: str
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Knee:
    """From which number of sessions on the load is too much."""

    concurrency: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A figure at a moment."""

    at: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How one figure went over a soak."""

    what: str
    unit: str
    points: tuple[Point, ...]
    slope: Figure
    """In units a minute."""
    drifts: bool
    """Did it surely grow, to its end, and by enough to matter?"""
    said: str = ""
    """What it grew by, in words; empty where it does not drift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a load has cost."""

    sessions: int = 0
    model_calls: int = 0
    tokens: int = 0
    dollars: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stressed:
    """All that a report on a load says."""

    project: str
    agent: str
    how: str
    """How sessions were carried: `threads`, `tasks` or `commands`."""
    model: str
    simulated: bool
    observed: str
    seed: int
    confidence: float
    shape: Shape
    limits: str
    model_seconds: float | None
    """Until an answer of the simulated model begins."""
    stages: tuple[Loaded, ...]
    findings: tuple[str, ...]
    """In one sentence each."""
    knee: Knee | None
    trends: tuple[Trend, ...]
    examples: tuple[Example, ...]
    spent: Spent
    folder: str
    stopped: str = ""
    """Why it ended before its time; empty when it did not."""
    unsteady: str = ""
    """Why nothing can be said: the agent does not do its task one session at a time."""
    undecided: str = ""
    """What may be the load's doing and may be chance."""
    notes: tuple[str, ...] = ()

    @property
    def observed_nothing(self) -> bool:
        """Was too little seen to say how the agent stands the load?"""
        return bool(self.unsteady or self.stopped or self.undecided) or not any(
            one.sessions for one in self.stages if not one.base or len(self.shape.stages) == 1
        )

    @property
    def exit_code(self) -> int:
        """0 where nothing was found, 1 for findings, 3 where too little was observed to say so."""
        if self.findings and not self.unsteady:
            return 1
        return 3 if self.observed_nothing else 0
