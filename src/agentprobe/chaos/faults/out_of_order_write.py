"""The fault out_of_order_write: two writes are carried out in the other order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._owed import due_with, put_off, said_of, writes_here
from agentprobe.chaos._success import success
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class OutOfOrderWrite(Fault):
    """Two writes are carried out in the other order.

    What happens: the call of a tool that writes is answered with success at once (in the form told at
    `silent_no_op`) and is carried out behind the next call of the same tool in the session, so that the
    earlier one has the last word. With no such call it is never carried out. Tools that only read, and those
    that only the model traffic tells of, stay as they are.
    Seen in the wild: queues with several workers, events that are retried past newer ones, two replicas that
    take writes. "Set to 40" arrives behind "no, to 30".
    A sound agent: gives writes a version or waits until one is seen before the next, and reads what is so at
    the end.
    """

    family: ClassVar[Family] = Family.DELIVERY
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = "Write with a version that the tool checks, and read back after the last write."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.VERIFICATION, Mend.IDEMPOTENCY_KEY)
    needs: ClassVar[tuple[Need, ...]] = (Need.IN_PROCESS,)
    remembers: ClassVar[bool] = True
    follows: ClassVar[bool] = True

    def intercept(self, call: Call) -> Passage:
        owed = due_with(self.occasion.notes, call) if writes_here(call) else None
        if owed is not None:
            outcome = yield call
            done = yield owed
            return self.struck(outcome, f"an earlier call was carried out behind it{said_of(done)}")
        if not self.occasion.due or not writes_here(call):
            return (yield call)
        put_off(self.occasion.notes, call)
        made = success(call, self.occasion)
        return self.answered(made, Outcome(), "said success, and waits for the next call")
