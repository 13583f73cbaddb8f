"""The fault rate_limited: the provider says that there were too many requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from msgspec import Meta

from agentprobe.chaos._refusals import BYTES_A_TOKEN
from agentprobe.chaos._replies import refused_with, spoken_in
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.errors import RateLimited as TooMany
from agentprobe.kernel.room import Passage

_TOKENS = 30_000
"""How many a minute may have, as the provider tells it."""


@dataclass(frozen=True, kw_only=True)
class RateLimited(Fault):
    """The provider says that there were too many requests.

    What happens: status 429 with the provider's own error body and headers, asking to come back after
    `retry_after` seconds. They say that there were too many requests in a minute, or too many tokens. The
    world is not asked.
    Seen in the wild: every shared key at its busiest hour. Most SDKs retry twice by themselves; some
    frameworks retry on top of that, tools included, and one was seen to give the error text as its answer.
    A sound agent: waits as long as it was told, within a limit, keeps what it has done, and hands over when
    it goes on.
    """

    family: ClassVar[Family] = Family.PROVIDER
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Honour retry-after in one layer only, and hand over with what is done when it goes on."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.CHECKPOINT)
    telling: ClassVar[bool] = True

    retry_after: Annotated[float, Meta(ge=0, le=86400)] = 1.0
    """After how many seconds the provider asks to come back."""
    by: Literal["requests", "tokens"] = "requests"
    """What there were too many of."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(by="tokens"))

    def intercept(self, call: Call) -> Passage:
        yield from ()
        outcome = self._too_many_tokens(call) if self.by == "tokens" else None
        outcome = outcome or refused_with(TooMany(self.retry_after), call)
        of = "" if self.by == "requests" else " for tokens"
        return self.struck(outcome, f"status 429{of}, retry after {self.retry_after:g} s")

    def _too_many_tokens(self, call: Call) -> Outcome | None:
        dialect = spoken_in(call)
        if dialect is None:
            return None
        size = max(len(call.request.body) // BYTES_A_TOKEN, 1)
        most = max(_TOKENS, 2 * size)
        refusal = Refusal(reason=Reason.TOKENS_LIMIT, retry_after=self.retry_after, size=size, most=most)
        reply = dialect.write_refusal(refusal, ModelRequest(model=call.name))
        return Outcome(value=reply) if reply else None
