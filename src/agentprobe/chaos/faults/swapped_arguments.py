"""The fault swapped_arguments: the model gives two arguments each other's value."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from agentprobe.chaos._arguments import ChangedArguments, Given, Shape, type_of
from agentprobe.dialects._fields import Fields, decoded
from agentprobe.domain.mend import Mend

_NUMBER = ("integer", "number")


@dataclass(frozen=True, kw_only=True)
class SwappedArguments(ChangedArguments):
    """The model gives two arguments each other's value.

    What happens: in one tool call two arguments of the same type have exchanged their values (source and
    target, order and customer), required ones before others and numbers first. A call without two
    such arguments stays as it is. No schema notices it.
    Seen in the wild: tools with several identifiers or amounts, parameters of nearly the same name.
    A sound agent: gives identifiers types of their own (prefixes, patterns), and looks at what it is about
    to change before it writes.
    """

    remedy: ClassVar[str] = (
        "Give each kind of id a form of its own, and read what a write names before writing."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.VERIFICATION, Mend.SCHEMA_CHECK)

    def give(self, given: Fields, shape: Shape) -> Given | None:
        for one, other in combinations(shape.by_weight(given), 2):
            values = decoded(given[one]), decoded(given[other])
            if _kind(values[0]) == _kind(values[1]) and values[0] != values[1]:
                return Given(
                    given | {one: given[other], other: given[one]}, f"{one} and {other} were exchanged"
                )
        return None


def _kind(value: object) -> str:
    kind = type_of(value)
    return "number" if kind in _NUMBER else kind
