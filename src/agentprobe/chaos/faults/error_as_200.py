"""The fault error_as_200: the provider's error comes under a status that says success."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self

from agentprobe.chaos._replies import refused_with
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.domain.wire import HttpReply
from agentprobe.errors import RateLimited, ServerError, WorldFailure
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ErrorAs200(Fault):
    """The provider's error comes under a status that says success.

    What happens: status 200, and in the body the provider's own error envelope as JSON, also where a stream
    was asked for. The world is not asked.
    Seen in the wild: routers and gateways that have begun to answer before they know, compatible servers.
    SDKs retry nothing and return an object whose fields are None, or a stream without one chunk.
    A sound agent: looks for an error and for a choice in every answer, and treats it as the status it is not.
    """

    family: ClassVar[Family] = Family.MODEL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Check every answer for an error and a choice, whatever its status says."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.RETRY_POLICY)

    kind: Literal["server_error", "rate_limited"] = "server_error"
    """What the envelope says."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(kind="rate_limited"))

    def intercept(self, call: Call) -> Passage:
        refused = refused_with(self._failure(), call)
        if not isinstance(refused.value, HttpReply):  # a dialect that nobody here can write
            return (yield call)
        return self.answered(replace(refused.value, status=200), refused, f"{self.kind} under status 200")

    def _failure(self) -> WorldFailure:
        return RateLimited(1.0) if self.kind == "rate_limited" else ServerError(500)
