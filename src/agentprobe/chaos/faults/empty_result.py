"""The fault empty_result: a tool finds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._results import UNCHANGED, emptied, reshape
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class EmptyResult(Fault):
    """A tool finds nothing.

    What happens: the tool is called, and what it gave keeps its shape but holds nothing: lists are empty,
    also within a record and within JSON text, and so are texts and records without lists. A result that
    is neither data nor text, or empty already, stays as it is.
    Seen in the wild: an index that is being rebuilt, a filter that a renamed field made miss, missing rights
    that are answered with nothing instead of an error.
    A sound agent: takes nothing for "not found here", looks another way or says so, and invents nothing.
    """

    family: ClassVar[Family] = Family.DATA
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = (
        "Say in the prompt what to do when a tool finds nothing, and check answers against results."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.VERIFICATION, Mend.ESCALATION)
    telling: ClassVar[bool] = True

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        empty = reshape(outcome.value, emptied) if outcome.ok else UNCHANGED
        if empty is UNCHANGED:
            return outcome
        return self.answered(empty, outcome, "the result was emptied")
