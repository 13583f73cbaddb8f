"""The fault listing_cut: a tool server's list ends with its first page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage

_CURSOR = "nextCursor"


@dataclass(frozen=True, kw_only=True)
class ListingCut(Fault):
    """A tool server's list ends with its first page.

    What happens: what a server lists (tools, resources, prompts) comes without the cursor to its next page,
    so that nobody knows of what stands behind it. A list that has no next page stays as it is.
    Seen in the wild: clients that read one page, proxies that put several servers together and drop the
    cursor, servers whose tools grew past the size of a page.
    A sound agent: finds that a tool of its task is missing and says so, instead of doing without it silently.
    """

    family: ClassVar[Family] = Family.TOOL
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.STATE,)
    remedy: ClassVar[str] = (
        "Check at the start that the tools of the task were listed, and hand over when not."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.VERIFICATION, Mend.ESCALATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.SERVER,)

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        answer = outcome.value if outcome.ok else None
        result = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(result, dict) or result.get(_CURSOR) is None:
            return outcome
        cut = {key: inner for key, inner in result.items() if key != _CURSOR}
        return self.answered({**answer, "result": cut}, outcome, f"no page behind this one of {call.name}")
