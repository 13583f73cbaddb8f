"""The fault context_too_long: the conversation does not fit into the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._refusals import FITS, Refusing, too_large
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason
from agentprobe.domain.wire import HttpReply


@dataclass(frozen=True, kw_only=True)
class ContextTooLong(Refusing):
    """The conversation does not fit into the model.

    What happens: status 400 with the provider's own words, which say that the model takes `limit` tokens and
    that these were more. So is the first request that is struck, and each later one that is struck and not
    at least a tenth smaller than that one. The world is not asked.
    Seen in the wild: long runs, large tool results, a fallback to a model with a smaller window. Retrying the
    same is of no use, and what an agent throws away to fit may be its instructions.
    A sound agent: makes its conversation shorter, keeps its instructions and its task, and goes on; or says
    that it cannot.
    """

    remedy: ClassVar[str] = "Bound what enters the context, and shorten the history when it does not fit."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CONTEXT_LIMIT, Mend.ERROR_HANDLING)
    telling: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    limit: Annotated[int, Meta(ge=1000, le=10_000_000)] = 128_000
    """How many tokens the model takes, as the provider tells it."""

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        size = len(call.request.body)
        allowed = self.first("size", size) * FITS
        if size <= allowed:
            return None
        return dialect.write_refusal(too_large(Reason.CONTEXT_TOO_LONG, self.limit, size, allowed), asked)
