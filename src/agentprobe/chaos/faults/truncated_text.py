"""The fault truncated_text: a text stops in the middle and does not say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from msgspec import Meta

from agentprobe.chaos._records import Role, leaves_changed, role_of
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED, reshape, texts_changed
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class TruncatedText(Reshaping):
    """A text stops in the middle and does not say so.

    What happens: with `where` on `field`, each longer text in the result ends after `keep` of its characters,
    and the rest is as it was; with `whole`, the result's text itself ends there, so that JSON in it is no
    JSON any more. A result that is no text has no such end and stays as it is.
    Seen in the wild: columns of 255 characters, logs that cut lines, tools that bound their output to spare
    the context. What stood at the end ("do not refund before ...") is gone.
    A sound agent: sees that the end is missing, reads the rest, and does not act on half a sentence.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Let tools say that they cut and how much is missing, and have the agent read on."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION)

    where: Literal["field", "whole"] = "field"
    """What is cut: each text in the result, or the result as it stands."""
    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """The part of the text that is left."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return cls(), cls(where="whole")

    @property
    def did(self) -> str:
        return f"the text ends after {self.keep:.0%} of it"

    def reshaped(self, result: Any) -> Any:
        if self.where == "whole":
            return texts_changed(result, self._cut)
        return reshape(result, self.changed)

    def changed(self, value: Any) -> Any:
        return leaves_changed(value, self._cut_field)

    def _cut_field(self, name: str, value: Any) -> Any:
        if not isinstance(value, str) or role_of(name, value) is not Role.TEXT:
            return UNCHANGED
        return self._cut(value)

    def _cut(self, text: str) -> Any:
        length = max(int(len(text) * self.keep), 1)
        return UNCHANGED if len(text) < _WORTH_CUTTING else text[:length]


_WORTH_CUTTING = 8
"""A text of fewer characters has no middle."""
