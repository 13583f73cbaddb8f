"""The fault ended_early: a stream ends well formed, before the model has finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._replies import first_part, good_reply, spoken_in
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class EndedEarly(Fault):
    """A stream ends well formed, before the model has finished.

    What happens: the first part of a streamed answer comes (`keep` of its frames, at least one with content);
    then the connection closes as if that were all, without the frame that says why the model stopped. An
    answer that is not streamed stays as it is.
    Seen in the wild: proxies that close a long answer politely, servers that die behind them. The SDKs
    raise nothing and frameworks give the part out as the answer.
    A sound agent: takes an answer without a reason to stop for a part, and asks again or says so.
    """

    family: ClassVar[Family] = Family.STREAM
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Check that a streamed answer says why it stopped before using it."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.TERMINAL_EVENT,)
    needs: ClassVar[tuple[Need, ...]] = (Need.STREAM,)

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """The part of the answer that still comes."""

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        reply, dialect = good_reply(outcome), spoken_in(call)
        if reply is None or dialect is None or not dialect.streams(reply):
            return outcome
        part = first_part(reply, dialect, self.keep)
        if part is reply:
            return outcome
        return self.answered(part, outcome, f"ended after {len(part.body)} bytes of the answer")
