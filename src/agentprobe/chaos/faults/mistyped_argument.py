"""The fault mistyped_argument: the model gives an argument in another type than the tool wants."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from agentprobe.chaos._arguments import ChangedArguments, Given, Shape, raw, type_of
from agentprobe.dialects._fields import Fields, decoded
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class MistypedArgument(ChangedArguments):
    """The model gives an argument in another type than the tool wants.

    What happens: one argument of a tool call comes in another type: a number as text, a text in a list, a
    record as text. Required ones come first, and of them numbers. It can be read as what it should be, or,
    not `readable`, it cannot ("about 30"). A type that the tool's schema allows as well is left alone.
    Seen in the wild: small and quantised models, tools without strict schemas, numbers as text everywhere.
    Libraries that convert let it pass; code without a check adds texts or fails in the middle of its work.
    A sound agent: checks arguments against the schema before a tool runs, and tells the model what is wrong.
    """

    remedy: ClassVar[str] = "Check each call's arguments against the tool's schema before running it."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK,)

    readable: bool = True
    """Can it still be read as the type that was wanted?"""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(readable=False))

    def give(self, given: Fields, shape: Shape) -> Given | None:
        for name in shape.by_weight(given):
            value = decoded(given[name])
            wrong = _close(value) if self.readable else _far(value)
            if wrong is not None and type_of(wrong) not in shape.types(name):
                return Given(given | {name: raw(wrong)}, f"{name} is {json.dumps(wrong, ensure_ascii=False)}")
        return None


def _close(value: Any) -> Any:
    """The value in a type from which it can be brought back; None for nothing at all."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return int(value) if value.isascii() and value.isdigit() and value[0] != "0" else [value]
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return None


def _far(value: Any) -> Any:
    """Something of another type in the value's place, from which nobody should guess it."""
    match value:
        case bool():
            return "maybe"
        case int() | float():
            return f"about {value}"
        case str():
            return {"value": value}
        case list():
            return {"items": value}
        case dict():
            return [value]
        case _:
            return None
