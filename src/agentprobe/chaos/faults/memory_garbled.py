"""The fault memory_garbled: an earlier turn can no longer be read well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from msgspec import Meta

from agentprobe.chaos._asked import Asked, told_otherwise
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects._conversation import Conversation
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage

_LOST = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, kw_only=True)
class MemoryGarbled(Fault):
    """An earlier turn can no longer be read well.

    What happens: of the turns before the newest exchange, the text of the longest is damaged (`how`): every
    `nth` letter or digit is lost, or the text breaks off in the middle. Everything else stays.
    Seen in the wild: memories that were written with one encoding and read with another, columns that are too
    short, a write that was torn by a crash.
    A sound agent: notices that it cannot read what it needs, asks again, and completes no figure by guessing.
    """

    family: ClassVar[Family] = Family.CONTEXT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Store each turn with a checksum, and leave out or ask for what does not fit it."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.ESCALATION)
    needs: ClassVar[tuple[Need, ...]] = (Need.HISTORY,)

    how: Literal["letters", "cut"] = "letters"
    """What is lost: letters here and there, or the second half."""
    nth: Annotated[int, Meta(ge=2, le=1000)] = 3
    """Each how-manieth letter or digit is lost."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(how="cut"))

    def intercept(self, call: Call) -> Passage:
        return (yield from told_otherwise(self, call, self._garbled))

    def _garbled(self, told: Conversation) -> Asked | None:
        earlier = [turn for block in told.blocks[:-1] for turn in block if told.says(turn)]
        if not earlier:
            return None
        longest = max(earlier, key=lambda turn: len(told.says(turn)))
        damage = self._with_holes if self.how == "letters" else _first_half
        return Asked(told.reworded(longest, damage), f"a text of the {longest.role} was damaged: {self.how}")

    def _with_holes(self, text: str) -> str:
        letters = [at for at, sign in enumerate(text) if sign.isalnum()][self.nth - 1 :: self.nth]
        holes = set(letters)
        return "".join(_LOST if at in holes else sign for at, sign in enumerate(text))


def _first_half(text: str) -> str:
    return text[: (len(text) + 1) // 2]
