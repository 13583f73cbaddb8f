"""The fault refused_answer: the model will not do it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import Finish, ModelAnswer

_ENDS = (Finish.CONTENT_FILTER, Finish.REFUSAL)


@dataclass(frozen=True, kw_only=True)
class RefusedAnswer(ChangedAnswer):
    """The model will not do it.

    What happens: in place of its answer the model refuses, in the field or with the stop reason that the
    protocol has for that, in plain words where it has none; by `filter` the provider's own filter stopped
    the answer and nothing is said. Text and tool calls are gone. Ollama has no filter.
    Seen in the wild: policies that change with a new model, harmless orders that look like others, filters of
    clouds. Frameworks that read only the text give out an empty answer; others raise an error.
    A sound agent: looks for a refusal, says that it was one, and claims nothing to be done.
    """

    remedy: ClassVar[str] = (
        "Read the refusal and the stop reason of every answer, and hand over when it is one."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ERROR_HANDLING, Mend.ESCALATION)
    telling: ClassVar[bool] = True

    by: Literal["model", "filter"] = "model"
    """Who refuses: the model in words, or the provider's filter without any."""
    text: str = "I'm sorry, but I can't help with that."
    """What the model says."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(by="filter"))

    def change(self, heard: Heard) -> Change:
        silent = replace(heard.answer, text="", tool_calls=(), reasoning="", finish_raw=None)
        if self.by == "filter":
            return Change(
                replace(silent, finish=Finish.CONTENT_FILTER, refusal=None), "stopped by the filter"
            )
        refused = replace(silent, finish=Finish.REFUSAL, refusal=self.text)
        return Change(refused, f"the model refused: {self.text!r}")

    def shows(self, told: ModelAnswer, before: ModelAnswer) -> bool:
        return told != before and (self.by != "filter" or told.finish in _ENDS)
