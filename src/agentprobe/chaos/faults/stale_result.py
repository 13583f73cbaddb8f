"""The fault stale_result: a tool answers what it answered before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._results import copied
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class StaleResult(Fault):
    """A tool answers what it answered before.

    What happens: the tool is called, but the agent is given what the same tool answered at its previous
    call in this session, whatever it was asked then. A first call, and one whose answer is the same as
    before, stays as it is.
    Seen in the wild: replicas that lag behind a write, caches keyed too coarsely, old snapshots.
    A sound agent: compares what it got with what it asked for, looks again after a write, and trusts no
    result that names another entity.
    """

    family: ClassVar[Family] = Family.DATA
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = "Return the key and the time of what was read, and have the agent check both."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.FRESHNESS, Mend.VERIFICATION)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.EARLIER,)
    remembers: ClassVar[bool] = True

    def intercept(self, call: Call) -> Passage:
        earlier = self.occasion.earlier
        outcome = yield call
        if earlier is None or not outcome.ok or earlier.value == outcome.value:
            return outcome
        return self.answered(copied(earlier.value), outcome, "the tool's previous answer was given again")
