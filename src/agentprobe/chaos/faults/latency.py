"""The fault latency: the answer is slow to begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.domain.wire import HttpRequest
from agentprobe.errors import TimedOut
from agentprobe.kernel.room import Passage, Wait


@dataclass(frozen=True, kw_only=True)
class Latency(Fault):
    """The answer is slow to begin.

    What happens: nothing comes for `seconds`, give or take `jitter` of it; then the answer as it is. A
    caller whose patience is shorter gives up before, and the world is not asked.
    Seen in the wild: a provider under load, a cold start, a slow query behind a tool.
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

    seconds: Annotated[float, Meta(ge=0, le=86400)] = 5.0
    """How long nothing comes."""
    jitter: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """The part of it that chance may add or take away."""

    @property
    def rolls(self) -> bool:
        return self.jitter > 0

    def intercept(self, call: Call) -> Passage:
        seconds = self._seconds()
        patience = call.request.patience if isinstance(call.request, HttpRequest) else None
        if patience is not None and patience <= seconds:
            self.occasion.tell(f"held back for {seconds:g} s, past the caller's {patience:g} s")
            yield Wait(patience)
            return self.marked(Outcome(error=TimedOut(patience)))
        self.occasion.tell(f"held back for {seconds:g} s")
        yield Wait(seconds)
        return self.marked((yield call))

    def _seconds(self) -> float:
        if not self.rolls:
            return self.seconds
        return self.seconds * (1 + self.jitter * self.occasion.chance().uniform(-1, 1))
