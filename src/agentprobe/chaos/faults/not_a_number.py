"""The fault not_a_number: a figure is NaN or infinite."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from agentprobe.chaos._records import Role, leaves_changed, role_of
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos._times import is_time
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend

Value = Literal["nan", "infinity", "minus_infinity"]
_VALUES: dict[Value, float] = {"nan": math.nan, "infinity": math.inf, "minus_infinity": -math.inf}


@dataclass(frozen=True, kw_only=True)
class NotANumber(Reshaping):
    """A figure is NaN or infinite.

    What happens: every sum and every other number that is no id, no count and no time is `value`. In JSON
    text it stands as Python and many others write it (`NaN`, `Infinity`), which strict readers refuse; as a
    tool server's data it is `null`, since that has to be JSON.
    Seen in the wild: a mean over nothing, a division by zero in a table, a missing cell in a data frame. NaN
    is not larger than any limit: `if amount > limit` lets it through.
    A sound agent: refuses to reckon with it, and writes no such figure anywhere.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Check figures for being finite, and write limits so that NaN fails them."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.ERROR_HANDLING)

    value: Value = "nan"
    """What stands for the figures."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return tuple(cls(value=value) for value in _VALUES)

    @property
    def did(self) -> str:
        return f"the figures are {self.value}"

    def changed(self, value: Any) -> Any:
        return leaves_changed(value, self._spoilt)

    def _spoilt(self, name: str, value: Any) -> Any:
        figure = type(value) in (int, float) and role_of(name, value) in (Role.MONEY, Role.NUMBER)
        if not figure or is_time(name, value) or not math.isfinite(value):
            return UNCHANGED
        return _VALUES[self.value]
