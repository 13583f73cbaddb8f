"""The fault tool_error: a tool fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import RateLimited, Refused, Rejected, ServerError, TimedOut, WorldFailure
from agentprobe.kernel.room import Passage

_FAILURES: dict[str, Callable[[str], WorldFailure]] = {
    "server_error": lambda message: ServerError(500, message),
    "refused": Refused,
    "rate_limited": lambda message: RateLimited(),
    "timed_out": lambda message: TimedOut(30),
    "protocol_error": Rejected,
}


@dataclass(frozen=True, kw_only=True)
class ToolError(Fault):
    """A tool fails.

    What happens: the tool raises instead of doing its work; with `after`, it does its work and the reply is
    lost, so that nobody knows whether it was done.
    Seen in the wild: databases that are down, expired tokens, gateways that time out on a write that went
    through. Frameworks hand the text of the error to the model, which may repeat the call.
    A sound agent: tries another way or says what it could not do, invents no result, and looks whether a
    write took effect before it repeats it.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = (
        "Tell a failed tool as failed, to the model and to the user; look before a write is tried again."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ERROR_HANDLING, Mend.IDEMPOTENCY_KEY)
    telling: ClassVar[bool] = True

    kind: Literal["server_error", "refused", "rate_limited", "timed_out", "protocol_error"] = "server_error"
    """In what way it fails; of a tool server `protocol_error` is an error of the protocol, all others are
    results that say so."""
    message: str = "the service is temporarily unavailable"
    """What the error says, where this kind of failure says anything."""
    after: bool = False
    """Does the tool do its work before it fails?"""

    def intercept(self, call: Call) -> Passage:
        outcome = (yield call) if self.after else Outcome()
        if not outcome.ok:
            return outcome
        failed = replace(outcome, value=None, error=_FAILURES[self.kind](self.message))
        when = "did its work, then failed" if self.after else "failed"
        return self.struck(failed, f"{when}: {failed.error}")
