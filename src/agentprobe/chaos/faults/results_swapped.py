"""The fault results_swapped: two tool calls get each other's results."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from agentprobe.chaos._asked import Asked, told_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._deliveries import Deliveries
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ResultsSwapped(Fault):
    """Two tool calls get each other's results.

    What happens: wherever the request tells the results of several calls of one answer, the first two that
    differ say what the other one says. Their ids and their places stay, so that nothing looks wrong.
    Seen in the wild: results of calls that ran at the same time, matched by the order in which they came
    back; an index that was off by one; a worker that kept the id of the call before.
    A sound agent: finds in each result what it asked about, and acts on none that names another entity.
    """

    family: ClassVar[Family] = Family.DELIVERY
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Match results to calls by id, and have each result name what it is about."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CORRELATION, Mend.DISAMBIGUATION)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.PARALLEL,)

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, _swapped))


def _swapped(told: Conversation) -> Asked:
    deliveries = Deliveries(told)
    swapped = sum(
        any(deliveries.exchange(one, other) for one, other in combinations(results, 2))
        for results in told.parallel
    )
    return Asked(deliveries.body, f"two results were exchanged, in {swapped} of the model's turns")
