"""The fault wrong_usage: the provider counts the tokens wrongly."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Literal, Self

from agentprobe.chaos._answers import Change, ChangedAnswer, Heard
from agentprobe.chaos._bodies import rewritten
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelAnswer, Usage
from agentprobe.domain.wire import HttpReply

_TIMES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class WrongUsage(ChangedAnswer):
    """The provider counts the tokens wrongly.

    What happens: what the answer says of its tokens is missing, zero, or a million times too much; the answer
    itself stays. One that says nothing of them stays as it is.
    Seen in the wild: compatible servers and proxies that leave usage out or fill in zeros, streams without
    the option that asks for it. Budgets that go by it never end, cost reports are nothing, and code that
    reads the field without looking fails with an AttributeError: Anthropic's SDK does so in a stream.
    A sound agent: does without, counts for itself where it must not spend more, and limits its steps too.
    """

    remedy: ClassVar[str] = "Limit the number of steps besides the tokens, and take usage for a hint."
    costly: ClassVar[bool] = True
    mends: ClassVar[tuple[Mend, ...]] = (Mend.BUDGET, Mend.SCHEMA_CHECK)

    how: Literal["missing", "zero", "huge"] = "missing"
    """What is wrong with the counts."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(how="zero"), cls(how="huge"))

    def change(self, heard: Heard) -> Change | None:
        usage = heard.answer.usage
        if usage is None:
            return None
        wrong = None if self.how == "missing" else _times(usage, 0 if self.how == "zero" else _TIMES)
        return Change(replace(heard.answer, usage=wrong), f"usage is {self.how}")

    def written(self, heard: Heard, answer: ModelAnswer) -> HttpReply:
        reply = heard.told_as(answer)
        return rewritten(reply, heard.dialect, _without_usage) if self.how == "missing" else reply


def _times(usage: Usage, factor: int) -> Usage:
    """Each count as often."""
    counts = {field.name: getattr(usage, field.name) for field in fields(Usage)}
    return Usage(**{name: count * factor for name, count in counts.items() if count is not None})


def _without_usage(told: dict[str, Any]) -> dict[str, Any]:
    """An object that says nothing of tokens, nor what it holds at its first level."""
    return {
        name: _without_usage(value) if name in ("message", "response") and isinstance(value, dict) else value
        for name, value in told.items()
        if name != "usage"
    }
