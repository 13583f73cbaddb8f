"""The fault hang_mid_answer: the answer begins and never goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._replies import first_part, good_reply, spoken_in
from agentprobe.chaos._wire import patience_of, silent_after
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.errors import TimedOut
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class HangMidAnswer(Fault):
    """The answer begins and never goes on.

    What happens: the first part of the answer comes (`keep` of its frames, of its bytes where it is not
    streamed), and then nothing more, until the caller's patience is at its end, or for `seconds` where it
    did not say how long it waits.
    Seen in the wild: a provider that loses the machine which was writing, a proxy that lost one side of a
    connection and not the other. SDKs wait ten minutes for the next byte and then do not ask again, since
    the answer had begun; one raises an error from below its own hierarchy.
    A sound agent: has a timeout for silence in a stream, takes a part for a part, and asks again.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Limit the silence between two pieces of a stream, and ask again after it."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DEADLINE, Mend.TERMINAL_EVENT)

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """The part of the answer that still comes."""
    seconds: Annotated[float, Meta(ge=0, le=86400)] = 600.0
    """How long the silence lasts where the caller did not say how long it waits."""

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        reply = good_reply(outcome)
        part = first_part(reply, spoken_in(call), self.keep) if reply else None
        if part is None or part is reply:
            return outcome
        patience = patience_of(call)
        seconds = self.seconds if patience is None else patience
        hung = replace(outcome, value=silent_after(part, seconds), error=TimedOut(seconds))
        return self.struck(hung, f"silent for {seconds:g} s after {len(part.body)} bytes of the answer")
