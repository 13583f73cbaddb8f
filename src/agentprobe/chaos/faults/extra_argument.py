"""The fault extra_argument: the model gives an argument that the tool does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._arguments import ChangedArguments, Given, Shape, raw
from agentprobe.dialects._fields import Fields
from agentprobe.domain.mend import Mend

_LIKELY: tuple[tuple[str, object], ...] = (
    ("reason", "requested by the user"),
    ("confirm", True),
    ("notes", "as discussed"),
    ("priority", "high"),
)


@dataclass(frozen=True, kw_only=True)
class ExtraArgument(ChangedArguments):
    """The model gives an argument that the tool does not have.

    What happens: a tool call comes with one argument more, which the tool's schema does not know: `argument`,
    or one that models like to add (a reason, a confirmation). All else stays.
    Seen in the wild: parameters of a similar tool, an older version's or another provider's; models that
    explain themselves. Python tools fail with a TypeError; others ignore what mattered to the model.
    A sound agent: refuses what the schema does not know and tells the model which arguments there are.
    """

    remedy: ClassVar[str] = "Refuse arguments that the schema does not know, and say so to the model."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.ERROR_HANDLING)

    argument: str = ""
    """What it is called; empty for one that models like to add."""

    def give(self, given: Fields, shape: Shape) -> Given | None:
        values = dict(_LIKELY)
        names = [self.argument] if self.argument else list(values)
        name = next((one for one in names if one not in given and one not in shape.properties), None)
        if name is None:
            return None
        value = raw(values.get(name, "requested by the user"))
        return Given(given | {name: value}, f"{name}={bytes(value).decode()} was added")
