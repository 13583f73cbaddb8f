"""The fault null_argument: the model gives null for an argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._arguments import ChangedArguments, Given, Shape, raw
from agentprobe.dialects._fields import Fields, decoded
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class NullArgument(ChangedArguments):
    """The model gives null for an argument.

    What happens: one argument of a tool call is null, a required one before others and numbers first. One
    for which the tool's schema allows null is left alone.
    Seen in the wild: models that were trained on strict schemas, where what is optional must be given as
    null; values that the model did not find. Tools take it for zero, for everything, or fail halfway.
    A sound agent: checks arguments against the schema, and asks for what it does not know.
    """

    remedy: ClassVar[str] = "Check each call's arguments against the tool's schema; null is no value."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.ESCALATION)

    def give(self, given: Fields, shape: Shape) -> Given | None:
        for name in shape.by_weight(given):
            if decoded(given[name]) is not None and "null" not in shape.types(name):
                return Given(given | {name: raw(None)}, f"{name} is null")
        return None
