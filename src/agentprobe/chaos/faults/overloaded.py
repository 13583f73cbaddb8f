"""The fault overloaded: the provider has no room for anybody's request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._refusals import Refusing
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpReply


@dataclass(frozen=True, kw_only=True)
class Overloaded(Refusing):
    """The provider has no room for anybody's request.

    What happens: status 503, of Anthropic 529, with the provider's own words for being overloaded; with a
    time to come back only where `retry_after` gives one. The world is not asked.
    Seen in the wild: the hour after a new model is out, whole afternoons for some. It lasts longer than the
    few seconds of an SDK's retries.
    A sound agent: comes back later with growing pauses, or takes another model; it keeps what it has done
    and does not begin its task again from the start.
    """

    remedy: ClassVar[str] = "Retry with growing pauses, fall back to another model, and keep what is done."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.BREAKER, Mend.CHECKPOINT)
    telling: ClassVar[bool] = True

    retry_after: Annotated[float, Meta(ge=0, le=86400)] = 0.0
    """After how many seconds the provider asks to come back; 0 where it does not say."""

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        wait = self.retry_after or None
        return dialect.write_refusal(Refusal(reason=Reason.OVERLOADED, retry_after=wait), asked)
