"""The fault small_max_tokens: the model may say only a little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from msgspec import Meta

from agentprobe.chaos._asked import Asked, asked_otherwise
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class SmallMaxTokens(Fault):
    """The model may say only a little.

    What happens: the limit of output tokens becomes `tokens`, in the field that the request has for it. A
    request whose limit is as small already stays as it is. The model itself then stops for length: in a text,
    in a tool call's arguments, or in its reasoning, before it has said anything.
    Seen in the wild: a default of the SDK or the server that nobody has read, a limit that was set to save
    money, reasoning that counts towards it.
    A sound agent: takes a stop for length for what it is, runs no tool of such an answer, and asks again with
    more room or says that it could not finish.
    """

    family: ClassVar[Family] = Family.SETTINGS
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    lasting: ClassVar[bool] = True
    remedy: ClassVar[str] = (
        "Set the limit of tokens where the agent is, and treat a stop for length as an error."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.PINNED_SETTINGS, Mend.LENGTH_IS_ERROR)
    telling: ClassVar[bool] = True

    tokens: Annotated[int, Meta(ge=1, le=1_000_000)] = 64
    """How many tokens the model may say."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(tokens=16))

    def intercept(self, call: Call) -> Passage:
        return (yield from asked_otherwise(self, call, self._less))

    def _less(self, body: bytes, dialect: Dialect) -> Asked | None:
        before = dialect.read_request(body).settings.max_tokens
        if before is not None and before <= self.tokens:
            return None
        changed = dialect.adjusted(body, {"max_tokens": self.tokens})
        return Asked(changed, f"at most {self.tokens} tokens may be said, not {before or 'what is usual'}")
