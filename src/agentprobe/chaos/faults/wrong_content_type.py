"""The fault wrong_content_type: the answer is said to be something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from msgspec import Meta

from agentprobe.chaos._replies import good_reply
from agentprobe.chaos._wire import headed
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class WrongContentType(Fault):
    """The answer is said to be something else.

    What happens: the answer comes whole and unchanged, under a `content-type` of `says`, or without any
    where that is empty. An answer that says so already stays as it is.
    Seen in the wild: self-made servers and proxies, caches that serve everything as text. The great SDKs
    look at the bytes and do not mind; clients that go by the header raise, or hand out the raw text.
    A sound agent: reads what is an answer, and takes for none what is none, whatever the header says.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Check the type of what an SDK returns before reading its fields."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK,)

    says: Annotated[str, Meta(pattern=r"^[!-~ ]*$", max_length=200)] = "text/plain"
    """What the head says; empty for nothing."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(says="text/html"), cls(says="application/octet-stream"), cls(says=""))

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        reply = good_reply(outcome)
        if reply is None or (reply.header("content-type") or "") == self.says:
            return outcome
        said = self.says or "nothing"
        return self.answered(headed(reply, "content-type", self.says or None), outcome, f"said to be {said}")
