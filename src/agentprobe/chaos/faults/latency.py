"""The fault latency: the answer is slow to begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from msgspec import Meta

from agentprobe.chaos._wire import patience_of
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import TimedOut
from agentprobe.kernel.room import Passage, Wait

_LONGEST = 10
"""A wait by chance is at most so many times the usual one."""


@dataclass(frozen=True, kw_only=True)
class Latency(Fault):
    """The answer is slow to begin.

    What happens: nothing comes for a while; then the answer as it is. A caller whose patience is shorter
    gives up before, and the world is not asked. How long it is depends on `shape`: constant, `seconds` each
    time, give or take `jitter` of it; jitter, mostly less than `seconds` and sometimes much more, as from a
    loaded server; spike, `seconds` at the first call and then at each `every`th, no wait at the others;
    degrading, `seconds` at the first call and that much more at each further one.
    Seen in the wild: a provider under load, a cold start, a slow query behind a tool, a queue that grows.
    A sound agent: waits within a limit of its own, tells the user that it takes longer, and never takes
    a slow answer for no answer and does the same thing twice.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL, Kind.TOOL)
    waits: ClassVar[bool] = True
    remedy: ClassVar[str] = (
        "Set a timeout for each call that fits the task, and retry only what is safe to repeat."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DEADLINE, Mend.IDEMPOTENCY_KEY)
    telling: ClassVar[bool] = True

    seconds: Annotated[float, Meta(ge=0, le=86400)] = 5.0
    """How long nothing comes."""
    jitter: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """The part of it that chance may add or take away."""
    shape: Literal["constant", "jitter", "spike", "degrading"] = "constant"
    """How the waits of several calls differ."""
    every: Annotated[int, Meta(ge=2, le=10_000)] = 5
    """At which calls a spike comes: the first, and each that is so many later."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(shape="jitter"), cls(shape="spike", seconds=30.0), cls(shape="degrading"))

    @property
    def rolls(self) -> bool:
        return self.jitter > 0 or self.shape == "jitter"

    def intercept(self, call: Call) -> Passage:
        seconds, patience = self._seconds(), patience_of(call)
        if seconds is None:
            return (yield call)
        if patience is not None and patience <= seconds:
            self.occasion.tell(f"held back for {seconds:g} s, past the caller's {patience:g} s")
            yield Wait(patience)
            return self.marked(Outcome(error=TimedOut(patience)))
        self.occasion.tell(f"held back for {seconds:g} s")
        yield Wait(seconds)
        return self.marked((yield call))

    def _seconds(self) -> float | None:
        """How long this call waits; None where it is no call for a spike."""
        usual: float | None = self.seconds
        if self.shape == "jitter":
            usual = self.seconds * min(self.occasion.chance().expovariate(1), _LONGEST)
        elif self.shape == "degrading":
            usual = self.seconds * self._nth()
        elif self.shape == "spike" and (self._nth() - 1) % self.every:
            usual = None
        if usual is None or not self.jitter:
            return usual
        return usual * (1 + self.jitter * self.occasion.chance().uniform(-1, 1))

    def _nth(self) -> int:
        """The how-manieth call it strikes in this session."""
        notes = self.occasion.notes
        with notes.lock:
            notes["calls"] = notes.get("calls", 0) + 1
            return int(notes["calls"])
