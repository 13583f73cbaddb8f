"""The fault result_lost: one of several results does not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from agentprobe.chaos._asked import Asked, told_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._deliveries import Deliveries
from agentprobe.dialects._turns import PlacedResult
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ResultLost(Fault):
    """One of several results does not arrive.

    What happens: wherever the request tells the results of several calls of one answer, the last of these is
    lost. As most frameworks send it, it is there and says nothing (`how=empty`) or a `text` that stands for
    it (`how=placeholder`); some take the call out as well, as if it had never been made (`how=forgotten`).
    With `how=missing` only the result is gone: then most providers refuse the request, and that is the fault.
    Seen in the wild: a gathering of parallel calls in which one failed and its error was swallowed, timeouts
    of one branch, results that are larger than a queue takes.
    A sound agent: notices that it knows nothing of one call, asks again where that is safe, and tells
    nobody that all was done.
    """

    family: ClassVar[Family] = Family.DELIVERY
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Count results against calls before the model is asked, and tell a lost one as an error."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CORRELATION, Mend.ERROR_HANDLING, Mend.VERIFICATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.PARALLEL,)

    how: Literal["empty", "placeholder", "forgotten", "missing"] = "empty"
    """What is left of it."""
    text: str = "No result was received for this call."
    """What stands for it, with `how=placeholder`."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(how="placeholder"), cls(how="forgotten"), cls(how="missing"))

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, self._without))

    def _without(self, told: Conversation) -> Asked:
        deliveries = Deliveries(told)
        lost = sum(self._lose(told, results, deliveries) for results in told.parallel)
        return Asked(deliveries.body, f"{lost} of the results was lost: {self.how}")

    def _lose(self, told: Conversation, results: Sequence[PlacedResult], deliveries: Deliveries) -> bool:
        last = results[-1]
        if self.how in ("empty", "placeholder"):
            return deliveries.say(last, self.text if self.how == "placeholder" else "")
        if self.how == "missing":
            return deliveries.remove(last)
        calls = [one for one in told.calls_before(last) if one.call.id == last.result.call_id]
        return bool(calls) and deliveries.remove(last, calls[-1])
