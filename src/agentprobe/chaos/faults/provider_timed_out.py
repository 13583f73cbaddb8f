"""The fault provider_timed_out: the provider gives up on a request after a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._refusals import Refusing
from agentprobe.chaos._wire import patience_of
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpReply
from agentprobe.errors import TimedOut
from agentprobe.kernel.room import Passage, Wait


@dataclass(frozen=True, kw_only=True)
class ProviderTimedOut(Refusing):
    """The provider gives up on a request after a while.

    What happens: nothing comes for `seconds`, then status 504 with the provider's own words. A caller whose
    patience is shorter gives up before. The world is not asked.
    Seen in the wild: long contexts and long answers at busy hours; a request that takes too long today takes
    as long when it is sent again, and each attempt costs the full time.
    A sound agent: has a deadline for the whole run and not only for a call, and asks for less or in a stream
    when it asks again.
    """

    remedy: ClassVar[str] = "Give the whole run a deadline, and stream what may take long."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DEADLINE, Mend.RETRY_POLICY)
    waits: ClassVar[bool] = True

    seconds: Annotated[float, Meta(ge=0, le=86400)] = 60.0
    """After how long the provider gives up."""

    def intercept(self, call: Call) -> Passage:
        reply, patience = self.refusal_of(call), patience_of(call)
        if reply is None:
            return (yield call)
        if patience is not None and patience <= self.seconds:
            self.occasion.tell(f"silent for {self.seconds:g} s, past the caller's {patience:g} s")
            yield Wait(patience)
            return self.marked(Outcome(error=TimedOut(patience)))
        self.occasion.tell(f"silent for {self.seconds:g} s, then status {reply.status}")
        yield Wait(self.seconds)
        return self.marked(Outcome(value=reply))

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        return dialect.write_refusal(Refusal(reason=Reason.TIMED_OUT), asked)
