"""The fault null_result: a tool gives nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from agentprobe.chaos._results import UNCHANGED, nulled
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import ASKED_BACK, TOLD, Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class NullResult(Fault):
    """A tool gives nothing at all.

    What happens: the tool does its work, and where its result was there is null: `None`, `null` where the
    result is JSON text or told to the model, no block and no data from a tool server. A result that is null
    already stays as it is.
    Seen in the wild: a handler that forgets to return, a serialiser that gives up, an optional field all the
    way up. Frameworks tell the model "None" or nothing, and it makes up the rest.
    A sound agent: takes null for "not known", never for "none" and never for success, and looks again.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.TOOL,)
    remedy: ClassVar[str] = "Let a tool that has nothing to say raise, and check results against a schema."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION)

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        if not outcome.ok or ASKED_BACK in outcome.marks:
            return outcome
        null: Any = nulled(outcome.value, as_text=call.purpose == TOLD)
        return outcome if null is UNCHANGED else self.answered(null, outcome, "the result was null")
