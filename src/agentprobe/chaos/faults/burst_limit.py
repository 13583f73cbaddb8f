"""The fault burst_limit: more calls in a moment than the provider allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._replies import refused_with
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.errors import RateLimited
from agentprobe.kernel.room import Passage

_EXACT = 1e-3
"""A call that comes so much too early is on time: clients wait in whole milliseconds."""


@dataclass(frozen=True, kw_only=True)
class BurstLimit(Fault):
    """More calls in a moment than the provider allows.

    What happens: of the session's model calls only `allowed` pass within any `seconds`. Each further one is
    answered with status 429 in the provider's own words: the limit, that nothing is left of it, and the time
    after which the oldest call falls out of the window. Whoever comes back then passes. Refused calls do not
    count.
    Seen in the wild: agents that start workers side by side, evaluations with high concurrency, a retry loop
    without a pause that keeps itself above the limit.
    A sound agent: spreads its calls, waits as long as it is told, and asks no faster the second time.
    """

    family: ClassVar[Family] = Family.LOAD
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Limit calls at once in one place, and let the provider's own time decide the pause."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.BUDGET)
    telling: ClassVar[bool] = True

    allowed: Annotated[int, Meta(ge=0, le=100_000)] = 3
    """How many calls pass within the window."""
    seconds: Annotated[float, Meta(gt=0, le=86400)] = 60.0
    """How long the window is."""

    def intercept(self, call: Call) -> Passage:
        wait = self._wait()
        if wait is None:
            return (yield call)
        failure = RateLimited(wait, limit=self.allowed, now=self.occasion.clock.date())
        outcome = refused_with(failure, call)
        return self.struck(outcome, f"status 429, {self.allowed} calls in {self.seconds:g} s are used up")

    def _wait(self) -> float | None:
        """How long this call is too early; None where it passes, which is noted."""
        notes, now = self.occasion.notes, self.occasion.clock.now()
        with notes.lock:
            passed = [moment for moment in notes.get("passed", ()) if moment > now - self.seconds + _EXACT]
            if len(passed) < self.allowed:
                notes["passed"] = [*passed, now]
                return None
        return passed[0] + self.seconds - now if passed else self.seconds
