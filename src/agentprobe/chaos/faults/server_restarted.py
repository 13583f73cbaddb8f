"""The fault server_restarted: a tool server ends in the middle of a call and comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import Restarted
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ServerRestarted(Fault):
    """A tool server ends in the middle of a call and comes back.

    What happens: over standard streams the server's process is ended and started again; the call, and all
    others under way, get error -32000, and the new process knows nothing: one of the older revisions wants
    to be greeted first. Over HTTP the server answers 404 to the session's id, from this call on; one without
    sessions breaks the connection in the call and then goes on. With `done`, the tool does its work before,
    and the connection breaks under the answer. Calls that go to no tool server stay as they are.
    Seen in the wild: deployments, crashes, servers that scale to zero; agents that keep the old session for
    ever and report each tool as broken until somebody restarts them too.
    A sound agent: opens a new session, lists the tools again, and looks whether a write took effect before
    it repeats it.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL, Kind.STATE)
    remedy: ClassVar[str] = (
        "Open a new session when a tool server has lost the old one, and check writes first."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.IDEMPOTENCY_KEY, Mend.CHECKPOINT)
    needs: ClassVar[tuple[Need, ...]] = (Need.SERVER,)

    done: bool = False
    """Does the tool do its work before the server ends?"""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(done=True))

    def intercept(self, call: Call) -> Passage:
        if not call.via:
            return (yield call)
        outcome = (yield call) if self.done else Outcome()
        if not outcome.ok:
            return outcome
        gone = Restarted("the tool server ended in the middle of the call")
        when = "after it was done" if self.done else "before it was done"
        return self.struck(Outcome(error=gone), f"the server went away in the call, {when}, and came back")
