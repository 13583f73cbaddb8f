"""The fault connection_reset: the connection is thrown away before the answer begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import Reset
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ConnectionReset(Fault):
    """The connection is thrown away before the answer begins.

    What happens: the request is sent, and instead of an answer the connection is reset, before any header.
    With `after`, the provider has answered, and is paid for it; the answer is lost.
    Seen in the wild: load balancers that drop what is under way at a deployment, providers that crash, lines
    that fail. Nobody knows whether the request was carried out, and SDKs send it again.
    A sound agent: asks the model again, and counts what was asked twice in its budget.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Retry in one layer only, with a bounded number of attempts and of tokens."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.BUDGET)
    telling: ClassVar[bool] = True

    after: bool = False
    """Does the world answer before the connection is reset?"""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(after=True))

    def intercept(self, call: Call) -> Passage:
        outcome = (yield call.hold()) if self.after else Outcome()
        if not outcome.ok:
            return outcome
        failed = replace(outcome, value=None, error=Reset("connection reset by peer"))
        when = "after the provider had answered" if self.after else "before it was answered"
        return self.struck(failed, f"the connection was reset {when}")
