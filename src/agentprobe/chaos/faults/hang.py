"""The fault hang: the world never answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._wire import patience_of
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import TimedOut
from agentprobe.kernel.room import Passage, Wait


@dataclass(frozen=True, kw_only=True)
class Hang(Fault):
    """The world never answers.

    What happens: not one byte comes until the caller's patience is at its end, or for `seconds` where it
    did not say how long it waits. The world is not asked.
    Seen in the wild: a lost connection that nobody closed, a tool that waits for a lock or a person. The
    SDKs of the great providers wait 600 seconds by default, three times over.
    A sound agent: has a timeout far below that, for tools as well, and says what it could not do.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL, Kind.TOOL)
    waits: ClassVar[bool] = True
    remedy: ClassVar[str] = "Give every model call and every tool a timeout, and the whole run a deadline."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DEADLINE,)
    telling: ClassVar[bool] = True

    seconds: Annotated[float, Meta(ge=0, le=86400)] = 600.0
    """How long the silence lasts where the caller did not say how long it waits."""

    def intercept(self, call: Call) -> Passage:
        patience = patience_of(call)
        seconds = self.seconds if patience is None else patience
        self.occasion.tell(f"no answer for {seconds:g} s")
        yield Wait(seconds)
        return self.marked(Outcome(error=TimedOut(seconds)))
