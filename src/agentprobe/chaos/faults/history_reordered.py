"""The fault history_reordered: two turns have changed places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from agentprobe.chaos._asked import Asked, told_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._conversation import Block, Conversation
from agentprobe.dialects._turns import Turn
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class HistoryReordered(Fault):
    """Two turns have changed places.

    What happens: the two newest rounds of tools (each with its calls and all their results), or the two
    newest messages of the user (`what`), stand in each other's place. Nothing is lost, and every result still
    stands behind its call. Where there are no two that differ, nothing happens.
    Seen in the wild: memories that are sorted by a time in whole seconds, writes that overtake one another,
    two machines with clocks of their own.
    A sound agent: goes by the times and the state that its tools tell, not by what happens to stand last.
    """

    family: ClassVar[Family] = Family.CONTEXT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Number the turns of a session when they are written, and read them in that order."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.FRESHNESS, Mend.VERIFICATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.HISTORY,)

    what: Literal["rounds", "questions"] = "rounds"
    """What changes places."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(what="questions"))

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, self._exchanged))

    def _exchanged(self, told: Conversation) -> Asked | None:
        blocks: Sequence[Block] = (
            told.rounds if self.what == "rounds" else [(turn,) for turn in told.questions]
        )
        if len(blocks) < 2:
            return None
        earlier, later = blocks[-2:]
        body = told.with_turns(_exchange(told.turns, earlier, later))
        return Asked(body, f"the two newest {self.what} have changed places")


def _exchange(turns: Sequence[Turn], earlier: Block, later: Block) -> list[Turn]:
    moved = {earlier[0].entries: later, later[0].entries: earlier}
    order: list[Turn] = []
    for turn in turns:
        if turn.entries in moved:
            order += moved[turn.entries]
        elif turn not in earlier and turn not in later:
            order.append(turn)
    return order
