"""The fault quota_exhausted: what may be spent is spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from agentprobe.chaos._refusals import Refusing
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpReply

_REASONS = {
    "credits": Reason.CREDITS_SPENT,
    "organization": Reason.ORGANIZATION_SPENT,
    "project": Reason.PROJECT_SPENT,
}


@dataclass(frozen=True, kw_only=True)
class QuotaExhausted(Refusing):
    """What may be spent is spent.

    What happens: the provider says that the credits, or the limit of the organization or the project, are
    used up: mostly with status 429, as for a rate limit, but without a time to come back; Anthropic says
    some of it with 400. The world is not asked.
    Seen in the wild: the last days of a month, and the day on which a loop has eaten the budget. The status
    is that of a rate limit, so SDKs and frameworks ask three times what can only fail.
    A sound agent: tells a spent quota from a rate limit by its code, asks no second time, and says that a
    person has to act.
    """

    remedy: ClassVar[str] = "Look at the error's code before retrying a 429, and stop at a spent quota."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.BREAKER, Mend.ESCALATION)
    telling: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    of: Literal["credits", "organization", "project"] = "credits"
    """Whose money is spent."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(of="organization"), cls(of="project"))

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        return dialect.write_refusal(Refusal(reason=_REASONS[self.of]), asked)
