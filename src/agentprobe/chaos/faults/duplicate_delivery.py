"""The fault duplicate_delivery: one call of a tool is carried out twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from agentprobe.chaos._owed import writes_here
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import ASKED_BACK, Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class DuplicateDelivery(Fault):
    """One call of a tool is carried out twice.

    What happens: a tool that writes is called twice with the same arguments, one right after the other; the
    agent is given one answer, that of the first or that of the second (`sees`), which may be a failure. A
    tool that only reads, one whose first call fails, and one that only the model traffic tells of, which has
    been carried out already, stay as they are.
    Seen in the wild: queues that deliver at least once, proxies and clients that repeat a request by
    themselves, a button that was pressed twice. The agent cannot see it; only the tool can stand it.
    A sound agent: sends a key with each write by which the tool knows the second, and looks at what is so
    afterwards.
    """

    family: ClassVar[Family] = Family.DELIVERY
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = "Let every write carry an idempotency key that the tool honours."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.IDEMPOTENCY_KEY, Mend.VERIFICATION)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.IN_PROCESS,)

    sees: Literal["first", "second"] = "first"
    """Which of the two answers the agent is given."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return cls(), cls(sees="second")

    def intercept(self, call: Call) -> Passage:
        first = yield call
        if not writes_here(call) or not first.ok or ASKED_BACK in first.marks:
            return first
        second = yield call
        return self.struck(first if self.sees == "first" else second, "was carried out twice")
