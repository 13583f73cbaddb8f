"""The fault cut_answer: the answer's text is cut by the token limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish


@dataclass(frozen=True, kw_only=True)
class CutAnswer(ChangedAnswer):
    """The answer's text is cut by the token limit.

    What happens: the text ends after `keep` of its characters and the model says that it stopped for length;
    tool calls that would have followed never come. An answer without text stays as it is.
    Seen in the wild: limits that were set for shorter answers, reasoning that used up the budget. Most
    frameworks return such a text as the answer and drop the reason to stop.
    A sound agent: asks for the rest or with more room, or says that the answer is not whole.
    """

    remedy: ClassVar[str] = "Treat a stop for length as an unfinished answer: ask for the rest, or say so."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.LENGTH_IS_ERROR,)
    telling: ClassVar[bool] = True

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """The part of the text that still comes."""

    def change(self, heard: Heard) -> Change | None:
        text = heard.answer.text
        if len(text) < 2:
            return None
        kept = text[: min(max(int(len(text) * self.keep), 1), len(text) - 1)]
        cut = replace(heard.answer, text=kept, tool_calls=(), finish=Finish.LENGTH, finish_raw=None)
        return Change(cut, f"the text ends as {kept[-20:]!r}")
