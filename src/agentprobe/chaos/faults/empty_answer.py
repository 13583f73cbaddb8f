"""The fault empty_answer: the model says nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish


@dataclass(frozen=True, kw_only=True)
class EmptyAnswer(ChangedAnswer):
    """The model says nothing.

    What happens: the answer is well formed and stops of its own accord, with an empty text and without a
    tool call; what it cost stays the same.
    Seen in the wild: models that end their turn right after a tool's result, templates that eat the text,
    sampling that begins with the end. Agents give out the empty text, or ask again for ever.
    A sound agent: takes an empty answer for none: it asks again a bounded number of times, or says so.
    """

    remedy: ClassVar[str] = (
        "Take an answer without text and tool calls for a failure, and ask again once or twice."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.RETRY_POLICY, Mend.ERROR_HANDLING)
    telling: ClassVar[bool] = True

    def change(self, heard: Heard) -> Change:
        empty = replace(
            heard.answer, text="", tool_calls=(), refusal=None, finish=Finish.STOP, finish_raw=None
        )
        return Change(empty, "nothing was said")
