"""The fault schema_drift: a tool's result has another schema than it had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from agentprobe.chaos._drift import SHAPES, Shape, drifted
from agentprobe.chaos._records import things_changed
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class SchemaDrift(Reshaping):
    """A tool's result has another schema than it had.

    What happens: in each record of the result one thing is as `shape` says: the field that matters most is
    renamed, removed or nested; a field is added; numbers are text, ids the other of number and text; a state
    has a value that nobody knew; sums are in cents; another currency stands with the same figures; dates have
    the month first; times are in a zone five hours behind that is not named; a list is null; a record is a
    list of one. A result in which there is no such thing stays as it is.
    Seen in the wild: every API that deploys while its callers do not. What is renamed breaks loudly; what
    keeps its name and means something else (cents for euros) moves money.
    A sound agent: checks results against the schema it was built for, and stops at what does not fit.
    """

    family: ClassVar[Family] = Family.TOOL
    remedy: ClassVar[str] = "Check each result against the tool's schema, with units and currency in names."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.ERROR_HANDLING)
    telling: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    shape: Shape = "renamed"
    """In what way the schema has changed."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return tuple(cls(shape=shape) for shape in SHAPES)

    @property
    def did(self) -> str:
        return f"the schema has changed: {self.shape.replace('_', ' ')}"

    def changed(self, value: Any) -> Any:
        if self.shape in ("null_for_list", "list_for_object") and isinstance(value, dict):
            return drifted(value, self.shape) if value else UNCHANGED
        return things_changed(value, lambda record: drifted(record, self.shape))
