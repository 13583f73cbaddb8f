"""The fault history_truncated: the oldest turns are gone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._asked import Asked, told_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._conversation import Block, Conversation
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class HistoryTruncated(Fault):
    """The oldest turns are gone.

    What happens: of what was said before, only the newest part (`keep`) reaches the model. The system prompt
    stays, and so does the newest turn. What is left begins with something that the user said; where the user
    has spoken only once, that stays and the oldest rounds of tools behind it go. A call and its results go
    together.
    Seen in the wild: memories that hold the last so many messages, trimming to a number of tokens, sessions
    that were restored in part. The limits that the user set went with the first turn.
    A sound agent: keeps what must not be lost outside the conversation, and looks up or asks again what it no
    longer knows instead of doing it twice.
    """

    family: ClassVar[Family] = Family.CONTEXT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Keep the task, its limits and what is done in state of your own, not in the turns."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CONTEXT_LIMIT, Mend.CHECKPOINT)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.HISTORY,)

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """The part of the conversation that stays."""

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, self._shortened))

    def _shortened(self, told: Conversation) -> Asked | None:
        gone = [turn for block in self._gone(told.blocks) for turn in block]
        if not gone:
            return None
        body = told.with_turns([turn for turn in told.turns if turn not in gone])
        return Asked(body, f"{len(gone)} of {len(told.turns)} turns are gone")

    def _gone(self, blocks: Sequence[Block]) -> Sequence[Block]:
        """The blocks that go; none where the first tells a result whose call only the provider knows."""
        many = min(math.ceil(len(blocks) * (1 - self.keep)), len(blocks) - 1)
        if many < 1 or blocks[0][0].role == "tool":
            return ()
        asked = [at for at, block in enumerate(blocks) if at and block[0].role == "user"]
        if asked:
            return blocks[: next((at for at in asked if at >= many), asked[-1])]
        return blocks[1 : min(many + 1, len(blocks) - 1)]
