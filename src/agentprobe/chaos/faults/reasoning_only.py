"""The fault reasoning_only: the model thinks until there is no room left to answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish, Usage

_THOUGHT = (
    "Let me look at what is asked here. There are several ways to read it, and I should weigh each of them "
    "before I answer. First, what do I know for certain? Then, what would follow if I am mistaken? "
)


@dataclass(frozen=True, kw_only=True)
class ReasoningOnly(ChangedAnswer):
    """The model thinks until there is no room left to answer.

    What happens: the answer has no text and no tool call, says that it stopped for length, and counts its
    whole output as reasoning: as much as the request allows. Reasoning that the answer showed stays; with
    `shown` there is some in any case, where the protocol or the server has a field for it.
    Seen in the wild: reasoning models under a limit that was set for others; routers bill it as any answer.
    Agents give out an empty text, or ask the same again under the same limit.
    A sound agent: knows it from an empty answer by its reason to stop, and asks again with more room or less
    thought.
    """

    remedy: ClassVar[str] = (
        "Leave room for reasoning in the token limit, and treat a stop for length as an error."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.LENGTH_IS_ERROR, Mend.BUDGET)

    shown: bool = False
    """Is some reasoning shown also where the answer showed none?"""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(shown=True))

    def change(self, heard: Heard) -> Change:
        before = heard.answer
        thought = replace(
            before,
            text="",
            tool_calls=(),
            refusal=None,
            reasoning=before.reasoning or (_THOUGHT if self.shown else ""),
            finish=Finish.LENGTH,
            finish_raw=None,
            usage=_spent(before.usage, heard.request.settings.max_tokens),
        )
        return Change(thought, "all of the output was reasoning")


def _spent(usage: Usage | None, limit: int | None) -> Usage | None:
    """The counts of an answer whose output was all reasoning."""
    if usage is None:
        return None
    tokens = limit or usage.output_tokens or 0
    return replace(usage, output_tokens=tokens, reasoning_tokens=tokens)
