"""The fault slow_down: the provider finds that the load grows too fast."""

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
class SlowDown(Refusing):
    """The provider finds that the load grows too fast.

    What happens: status 429, though no limit is reached: OpenAI's code is `slow_down`, Anthropic's
    `ramp_limit_exceeded`; the others say that there are too many requests at once. It asks to come back
    after `retry_after` seconds. The world is not asked.
    Seen in the wild: a batch that starts all its agents in the same second. Retries at one pace keep the
    load where it is, and whoever looks only at the limits in the headers finds nothing wrong.
    A sound agent: waits as long as it was told, comes back slower than before, and starts many runs one
    after the other.
    """

    remedy: ClassVar[str] = "Honour retry-after with growing pauses, and bound how many calls run at once."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.BREAKER)

    retry_after: Annotated[float, Meta(ge=0, le=86400)] = 10.0
    """After how many seconds the provider asks to come back."""

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        refusal = Refusal(reason=Reason.GROWING_TOO_FAST, retry_after=self.retry_after)
        return dialect.write_refusal(refusal, asked)
