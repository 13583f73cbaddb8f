"""The fault billing_stopped: nobody pays for the account any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._refusals import Refusing
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpReply


@dataclass(frozen=True, kw_only=True)
class BillingStopped(Refusing):
    """Nobody pays for the account any more.

    What happens: the provider says that the account is not active or has no billing: OpenAI with 429 and
    `billing_not_active`, Anthropic with 402, Gemini with 403. The world is not asked. Ollama knows no such
    answer, its calls pass.
    Seen in the wild: a card that has expired, an account that changed hands. Unlike a spent quota it does
    not come back with the next month, and one provider says it with the status of a rate limit.
    A sound agent: asks no second time, keeps what it has done, and says that a person has to act.
    """

    remedy: ClassVar[str] = "Stop at an error of billing, alert a person, and have another provider ready."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ESCALATION, Mend.BREAKER)
    lasting: ClassVar[bool] = True

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        return dialect.write_refusal(Refusal(reason=Reason.BILLING_STOPPED), asked)
