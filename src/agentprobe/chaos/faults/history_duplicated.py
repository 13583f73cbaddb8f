"""The fault history_duplicated: a turn comes twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from agentprobe.chaos._asked import Asked, told_otherwise
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._conversation import Conversation
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class HistoryDuplicated(Fault):
    """A turn comes twice.

    What happens: the newest message of the user, or the newest text of the assistant (`whose`), stands in the
    conversation a second time, right behind the first. Turns with tool calls are never doubled: a provider
    refuses ids that come twice.
    Seen in the wild: a message that is put into the memory before the call and into the request as well,
    two writers of one session, a request that was sent again after a timeout that was none.
    A sound agent: does what was asked once, and takes the same words for the same wish.
    """

    family: ClassVar[Family] = Family.CONTEXT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Give every message an id of its own, and every write a key that its repetition shares."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.IDEMPOTENCY_KEY, Mend.DEDUPLICATION)

    whose: Literal["user", "assistant"] = "user"
    """Who said what comes twice."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(whose="assistant"))

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, self._doubled))

    def _doubled(self, told: Conversation) -> Asked | None:
        spoken = [at for at, turn in enumerate(told.turns) if turn.role == self.whose and told.says(turn)]
        if self.whose == "assistant":
            spoken = [at for at in spoken if not told.turns[at].calls]
        if not spoken:
            return None
        at = spoken[-1]
        turn = told.turns[at]
        again = told.again(turn) if self.whose == "user" else [told.say("assistant", told.says(turn))]
        body = told.with_turns([*told.turns[: at + 1], *again, *told.turns[at + 1 :]])
        return Asked(body, f"what the {self.whose} said last comes twice")
