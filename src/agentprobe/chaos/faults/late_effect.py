"""The fault late_effect: a tool that seemed to have failed does its work later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._owed import due_with, put_off, said_of, writes_here
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import Rejected, TimedOut, WorldFailure
from agentprobe.kernel.room import Passage, Wait


@dataclass(frozen=True, kw_only=True)
class LateEffect(Fault):
    """A tool that seemed to have failed does its work later.

    What happens: the call of a tool that writes times out after `seconds`, with nothing done. It is carried
    out just before the next call of the same tool in the session, which then goes its own way; whoever looks
    in between finds nothing. With no such call it is never carried out. Tools that only read, and those that
    only the model traffic tells of, stay as they are.
    Seen in the wild: a write that waits in a queue or behind a lock while its caller gives up, a mail server
    that delivers an hour later. Looking whether it happened does not help if one looks too early.
    A sound agent: repeats a write only under the same idempotency key, also when it found nothing, and looks
    again at the end.
    """

    family: ClassVar[Family] = Family.DELIVERY
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = (
        "Repeat a write only under its first idempotency key, and check once more at the end."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.IDEMPOTENCY_KEY, Mend.VERIFICATION, Mend.ESCALATION)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.IN_PROCESS,)
    waits: ClassVar[bool] = True
    follows: ClassVar[bool] = True

    seconds: Annotated[float, Meta(ge=0, le=86400)] = 30.0
    """How long the caller waits before it gives up."""

    def intercept(self, call: Call) -> Passage:
        owed = due_with(self.occasion.notes, call) if writes_here(call) else None
        done = (yield owed) if owed is not None else None
        if not self.occasion.due or not writes_here(call):
            outcome = yield call
            return outcome if done is None else self.struck(outcome, _told(done))
        put_off(self.occasion.notes, call)
        if done is not None:
            self.occasion.tell(_told(done))
        failure = self._failure(served=call.via.startswith("mcp:"))
        timed_out = self.struck(Outcome(error=failure), "timed out with nothing done yet")
        yield Wait(self.seconds)
        return timed_out

    def _failure(self, *, served: bool) -> WorldFailure:
        return Rejected("Request timed out", -32001) if served else TimedOut(self.seconds)


def _told(done: Outcome) -> str:
    return f"before it, an earlier call was carried out late{said_of(done)}"
