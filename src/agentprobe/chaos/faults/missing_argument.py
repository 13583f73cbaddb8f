"""The fault missing_argument: the model leaves an argument out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from agentprobe.chaos._arguments import ChangedArguments, Given, Shape
from agentprobe.dialects._fields import Fields
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class MissingArgument(ChangedArguments):
    """The model leaves an argument out.

    What happens: one argument of a tool call is gone, numbers first: one that the tool's schema requires
    (any, where it requires none or says nothing), or one that is `optional`, so that the tool's default
    stands in its place. All else stays.
    Seen in the wild: long lists of parameters, models without strict tools, parsers that read the beginning
    of a cut call. With a default nothing fails, and something else is done than was wanted.
    A sound agent: refuses a call without what is required, and gives no dangerous parameter a default.
    """

    remedy: ClassVar[str] = (
        "Give no parameter that matters a default, and check that required ones are there."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION)
    telling: ClassVar[bool] = True

    which: Literal["required", "optional"] = "required"
    """Which kind of argument is gone."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(which="optional"))

    def give(self, given: Fields, shape: Shape) -> Given | None:
        name = next((name for name in shape.by_weight(given) if self._concerns(name, shape)), None)
        if name is None:
            return None
        left = {other: value for other, value in given.items() if other != name}
        return Given(left, f"{name} is missing")

    def _concerns(self, name: str, shape: Shape) -> bool:
        if self.which == "optional":
            return name in shape.properties and name not in shape.required
        return name in shape.required or not shape.required
