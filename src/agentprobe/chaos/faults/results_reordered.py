"""The fault results_reordered: results are told in another order than their calls."""

from __future__ import annotations

from dataclasses import dataclass
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
class ResultsReordered(Fault):
    """Results are told in another order than their calls.

    What happens: wherever the request tells the results of several calls of one answer, these stand in the
    opposite order, each under its own id. Providers allow it. Where a protocol has no ids and two results are
    of the same tool (Gemini, Ollama), the order is all there is, and each call gets the other's result.
    Seen in the wild: calls that run at the same time and are told in the order in which they end.
    A sound agent: does not care.
    """

    family: ClassVar[Family] = Family.DELIVERY
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Match results to calls by id, and have each result name what it is about."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CORRELATION,)
    needs: ClassVar[tuple[Need, ...]] = (Need.PARALLEL,)

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, _reordered))


def _reordered(told: Conversation) -> Asked:
    deliveries = Deliveries(told)
    turned = sum(deliveries.reverse(results) for results in told.parallel)
    return Asked(deliveries.body, f"results stand in the opposite order, in {turned} of the model's turns")
