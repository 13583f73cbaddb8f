"""The fault repeated_call: the model wishes for the very same call twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import ClassVar, Self

from agentprobe.basis.canonical import digest
from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos.family import Need
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class RepeatedCall(ChangedAnswer):
    """The model wishes for the very same call twice.

    What happens: the answer's last tool call comes once more in the same answer, with the same name and
    arguments, under the `same_id` or under one of its own.
    Seen in the wild: parallel calls of models that repeat themselves, proxies that send a part of a stream
    again. Several frameworks run both: what was to be paid once is paid twice.
    A sound agent: carries out a write once for what it means, and answers both calls with the same result.
    """

    remedy: ClassVar[str] = "Run equal writes of one answer once, and give the tool an idempotency key."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DEDUPLICATION, Mend.IDEMPOTENCY_KEY)
    telling: ClassVar[bool] = True
    needs: ClassVar[tuple[Need, ...]] = (Need.TOOL_CALL,)

    same_id: bool = True
    """Does the second call have the first one's id?"""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(same_id=False))

    def change(self, heard: Heard) -> Change | None:
        calls = heard.answer.tool_calls
        if not calls:
            return None
        last = calls[-1]
        again = last if self.same_id else replace(last, id=_other_id(last.id, {call.id for call in calls}))
        under = "the same id" if self.same_id else "another id"
        return Change(replace(heard.answer, tool_calls=(*calls, again)), f"{last.name} twice under {under}")


def _other_id(like: str, taken: set[str]) -> str:
    """An id of the same form that no other call has."""
    prefix, mark, rest = like.rpartition("_")
    others = (f"{prefix}{mark}{digest(f'{like}|{number}')[: max(len(rest), 8)]}" for number in count(2))
    return next(other for other in others if other not in taken)
