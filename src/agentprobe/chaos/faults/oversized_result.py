"""The fault oversized_result: a tool gives far more than expected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from agentprobe.chaos._results import UNCHANGED, enlarged, reshape
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class OversizedResult(Fault):
    """A tool gives far more than expected.

    What happens: the tool is called, and what it gave is repeated `times`, or until it has about `bytes`:
    lists repeat their items, also within a record and within JSON text, which stays valid; texts repeat
    themselves. A result with nothing to repeat stays as it is.
    Seen in the wild: a join that multiplies rows, a page size that is ignored, a log or a whole document
    where a line was expected; the context overflows and what matters falls out of it.
    A sound agent: limits what it takes from a tool, says that it cut, and asks more narrowly.
    """

    family: ClassVar[Family] = Family.DATA
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = (
        "Bound every tool's result before it reaches the model, and page through long ones."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CONTEXT_LIMIT,)
    telling: ClassVar[bool] = True

    times: Annotated[int, Meta(ge=2, le=100_000)] = 50
    """How often the result is repeated."""
    bytes: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    """About how large the result is to be; 0 to go by `times`."""

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        times = self._times(outcome.value)
        larger = reshape(outcome.value, lambda value: enlarged(value, times)) if outcome.ok else UNCHANGED
        if larger is UNCHANGED:
            return outcome
        return self.answered(larger, outcome, f"the result was repeated {times} times")

    def _times(self, result: Any) -> int:
        if not self.bytes:
            return self.times
        return max(-(-self.bytes // _size(result)), 2)


def _size(result: Any) -> int:
    text = result if isinstance(result, str) else json.dumps(result, default=str)
    return max(len(text.encode()), 1)
