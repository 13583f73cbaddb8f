"""The fault memory_resurrected: what was superseded comes back."""

from __future__ import annotations

from collections.abc import Iterator
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

Asking = tuple[str, str]
"""A tool's name and its arguments."""


@dataclass(frozen=True, kw_only=True)
class MemoryResurrected(Fault):
    """What was superseded comes back.

    What happens: the user's first message stands once more behind everything else, as if it had just been
    said (`what=question`; there must be a later one). Or the newest result of a tool that was called twice
    with the same arguments says again what the first call was told, from before all that was done in between
    (`what=result`; the two must differ).
    Seen in the wild: memories that give back facts that were deleted, checkpoints of an older state, caches
    that outlive a write.
    A sound agent: goes by what was said and done last, looks at the state before it writes, and does nothing
    a second time.
    """

    family: ClassVar[Family] = Family.CONTEXT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Store what supersedes what, and read the state from its source before a write."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.FRESHNESS, Mend.IDEMPOTENCY_KEY, Mend.VERIFICATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.HISTORY,)

    what: Literal["question", "result"] = "question"
    """What comes back: the first thing the user said, or what a tool said before."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(what="result"))

    def intercept(self, call: Call) -> Passage:
        change = _asked_again if self.what == "question" else _told_again
        return (yield from told_otherwise(self, call, change))


def _asked_again(told: Conversation) -> Asked | None:
    questions = told.questions
    if not questions or told.says(questions[0]) == told.says(questions[-1]):
        return None
    body = told.with_turns([*told.turns, *told.again(questions[0])])
    return Asked(body, "the user's first message came again behind all others")


def _told_again(told: Conversation) -> Asked | None:
    first: dict[Asking, PlacedResult] = {}
    newest: tuple[Asking, PlacedResult] | None = None
    for asking, result in _results(told):
        earlier = first.setdefault(asking, result)
        if earlier.result.content != result.result.content:
            newest = asking, result
    if newest is None:
        return None
    deliveries = Deliveries(told)
    deliveries.copy(newest[1], first[newest[0]])
    return Asked(deliveries.body, f"{newest[0][0]} says again what it said before")


def _results(told: Conversation) -> Iterator[tuple[Asking, PlacedResult]]:
    for block in told.rounds:
        calls = {one.call.id: (one.call.name, one.call.arguments) for turn in block for one in turn.calls}
        for turn in block[1:]:
            for result in turn.results:
                if result.result.call_id in calls:
                    yield calls[result.result.call_id], result
