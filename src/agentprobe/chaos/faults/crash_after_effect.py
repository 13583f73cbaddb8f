"""The fault crash_after_effect: the agent's process dies between an effect and what would have noted it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.errors import Killed
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class CrashAfterEffect(Fault):
    """The agent's process dies between an effect and what would have noted it.

    What happens: the tool does its work; before its result reaches the agent the process is killed, as by
    a power cut: no handler runs. A campaign starts the agent again with the same task and world.
    Seen in the wild: deployments, evictions and memory limits in the middle of a run. Frameworks that keep
    checkpoints write them after the step, so that on resuming the step is done once more.
    A sound agent: finds on its start what was done, by its own journal or by looking at the world, and goes
    on from there; its writes carry a key by which the second one does nothing.
    """

    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    family: ClassVar[Family] = Family.DELIVERY
    remedy: ClassVar[str] = "Give writes an idempotency key, and look at a restart for what was done already."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.IDEMPOTENCY_KEY, Mend.CHECKPOINT)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.IN_PROCESS,)
    kills: ClassVar[bool] = True

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        if not outcome.ok:
            return outcome
        killed = Killed(f"the process was killed after {call.name} had done its work")
        return self.struck(Outcome(error=killed), "the process was killed after the tool had done its work")
