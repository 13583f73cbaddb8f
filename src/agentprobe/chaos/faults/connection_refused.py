"""The fault connection_refused: nobody takes the connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import Unreachable
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ConnectionRefused(Fault):
    """Nobody takes the connection.

    What happens: the client cannot connect, and nothing is asked of the world; of a tool in this process, it
    fails as one does that cannot reach its service. Behind the gateway the connection is already taken when
    the fault strikes, so there it is reset before a byte of an answer: another error of the same kind.
    Seen in the wild: a server that is being restarted, a firewall, a name that leads to the wrong place, a
    local model server that nobody has started.
    A sound agent: knows that nothing was done, tries again a few times with pauses, then another way or says
    so; it takes no such error for an answer.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL, Kind.TOOL)
    remedy: ClassVar[str] = "Retry what could not connect, a bounded number of times, and then say so."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.BREAKER)

    def intercept(self, call: Call) -> Passage:
        yield from ()
        failed = Outcome(error=Unreachable("all connection attempts failed"))
        return self.struck(failed, "the connection was refused")
