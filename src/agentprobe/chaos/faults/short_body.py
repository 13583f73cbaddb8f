"""The fault short_body: the body is shorter than its head says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._replies import first_bytes, good_reply
from agentprobe.chaos._wire import headed
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.errors import ShortBody as EndedShort
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ShortBody(Fault):
    """The body is shorter than its head says.

    What happens: the head states the length of the whole answer in `content-length`, `keep` of its bytes
    come, and then the connection closes. A streamed answer is cut wherever these bytes end, in the middle of
    a frame as well. An answer of a single byte stays as it is.
    Seen in the wild: proxies that buffer answers and die, caches that kept a part, servers that count
    characters and not bytes. Clients that do not compare the lengths read a part as the whole.
    A sound agent: gets an error from its client and asks again; it reads nothing out of half an answer.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Use a client that compares the length it was told with what came, and retry."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.TERMINAL_EVENT)
    telling: ClassVar[bool] = True

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """The part of the body that still comes."""

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        reply = good_reply(outcome)
        expected = len(reply.body) if reply else 0
        if reply is None or expected < 2:
            return outcome
        received = max(int(expected * self.keep), 1)
        short = headed(reply, "content-length", str(expected))
        short = headed(short, "transfer-encoding", None).with_chunks(first_bytes(reply.chunks, received))
        cut = replace(outcome, value=short, error=EndedShort(received, expected))
        return self.struck(cut, f"closed after {received} of {expected} bytes")
