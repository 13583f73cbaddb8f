"""The fault cut_stream: the connection ends in the middle of the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._replies import first_part, good_reply, spoken_in
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.errors import CutOff
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class CutStream(Fault):
    """The connection ends in the middle of the answer.

    What happens: the first part of the answer comes (`keep` of its frames, of its bytes where it is not
    streamed), at least one frame with content; then the connection closes without a proper end.
    Seen in the wild: proxies and load balancers that close long streams, deployments, mobile networks. SDKs
    do not retry a stream that has begun; some raise an error from below their own hierarchy.
    A sound agent: takes a part for a part: it asks again or says so, and runs no tool from half a call.
    """

    family: ClassVar[Family] = Family.STREAM
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Use a streamed answer only after its end was seen, and ask again when it was not."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.TERMINAL_EVENT, Mend.RETRY_POLICY)
    telling: ClassVar[bool] = True

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """The part of the answer that still comes."""

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        reply = good_reply(outcome)
        part = first_part(reply, spoken_in(call), self.keep) if reply else None
        if part is None or part is reply:
            return outcome
        cut = replace(outcome, value=part, error=CutOff("the connection closed before the answer ended"))
        return self.struck(cut, f"closed after {len(part.body)} bytes of the answer")
