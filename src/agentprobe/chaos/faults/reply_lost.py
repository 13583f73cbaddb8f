"""The fault reply_lost: a tool does its work, and its reply is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal, Self

from msgspec import Meta

from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import ASKED_BACK, Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.errors import CutOff, Rejected, TimedOut, WorldFailure
from agentprobe.kernel.room import Passage, Wait


@dataclass(frozen=True, kw_only=True)
class ReplyLost(Fault):
    """A tool does its work, and its reply is lost.

    What happens: the tool is called and what it does is done; then the connection is reset, or nothing comes
    for `seconds` and the caller gives up. Of a tool server the client sees a closed connection (-32000) or a
    request that timed out (-32001). A tool that failed by itself stays as it is.
    Seen in the wild: a load balancer that drops the connection behind a slow commit, a deployment in the
    middle of a request, a client whose timeout is shorter than the write. One refund was wished for, three
    were made.
    A sound agent: does not know whether it happened and acts so: it looks, or repeats under the same
    idempotency key, and does not say that it failed.
    """

    family: ClassVar[Family] = Family.DELIVERY
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = (
        "Give every write an idempotency key, and read back what is so before repeating it."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.IDEMPOTENCY_KEY, Mend.VERIFICATION)
    telling: ClassVar[bool] = True

    how: Literal["reset", "timeout"] = "reset"
    """What the caller sees in place of the reply."""
    seconds: Annotated[float, Meta(ge=0, le=86400)] = 30.0
    """How long the caller waits before it gives up, where it does."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return cls(), cls(how="timeout")

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        if not outcome.ok or ASKED_BACK in outcome.marks:
            return outcome
        failure = self._failure(served=call.via.startswith("mcp:"))
        lost = self.struck(
            replace(outcome, value=None, error=failure), f"did its work, then no reply: {failure}"
        )
        if self.how == "timeout":
            yield Wait(self.seconds)
        return lost

    def _failure(self, *, served: bool) -> WorldFailure:
        if self.how == "timeout":
            return Rejected("Request timed out", -32001) if served else TimedOut(self.seconds)
        if served:
            return Rejected("Connection closed", -32000)
        return CutOff("the connection was reset before the reply came")
