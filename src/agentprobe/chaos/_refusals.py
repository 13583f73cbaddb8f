"""What the faults have in common in which a provider answers for itself, and the world is not asked."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from agentprobe.chaos._replies import spoken_in
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.errors import Malformed
from agentprobe.kernel.room import Passage

BYTES_A_TOKEN = 4
"""About as many are one token of a request in English."""
FITS = 0.9
"""A request so much smaller than the first that was too large is small enough."""


@dataclass(frozen=True, kw_only=True)
class Refusing(Fault):
    """A provider that refuses in its own words; a call to which it would not do so passes."""

    family: ClassVar[Family] = Family.PROVIDER
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)

    @abstractmethod
    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        """The provider's reply; None where it has nothing against this call."""

    def intercept(self, call: Call) -> Passage:
        reply = self.refusal_of(call)
        if reply is None:
            return (yield call)
        return self.refused(reply)

    def refusal_of(self, call: Call) -> HttpReply | None:
        """The reply to a call; None also for one in no known protocol, or none of its requests."""
        dialect, request = spoken_in(call), call.request
        if dialect is None or not isinstance(request, HttpRequest):
            return None
        try:
            asked = dialect.read_request(plain_request(request), request.target)
        except Malformed:
            return None
        return self.refuse(call, dialect, asked)

    def refused(self, reply: HttpReply) -> Outcome:
        """The provider's reply as the call's outcome."""
        return self.answered(reply, Outcome(), f"status {reply.status}: {self.name.replace('_', ' ')}")

    def first(self, name: str, value: Any) -> Any:
        """What the first call of this strike had under this name, which is `value` if this is the first."""
        with self.occasion.notes.lock:
            return self.occasion.notes.setdefault(name, value)


def too_large(reason: Reason, most: int, size: int, allowed: float) -> Refusal:
    """A refusal of a request of `size` where `allowed` is told to be `most`, in the same proportion."""
    return Refusal(reason=reason, size=max(round(most * size / allowed), most + 1), most=most)
