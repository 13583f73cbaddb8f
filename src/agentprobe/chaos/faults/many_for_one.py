"""The fault many_for_one: where one thing was found before, there are many now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from agentprobe.chaos._records import Role, named_alike, other_id, role_of, rows_changed
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class ManyForOne(Reshaping):
    """Where one thing was found before, there are many now.

    What happens: the list in the result grows to `rows`: behind what the tool found stand more of the same
    name as its first row, with other ids and figures. What counts the rows counts them. A result without a
    list, one of rows without ids, and one that is as long already stay as they are.
    Seen in the wild: a search for a common name, a filter whose parameter was renamed and is ignored, a
    wildcard that matches everybody.
    A sound agent: does not take the first of many for the one that was meant, does not write to all of them,
    and asks more narrowly.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Refuse to write on a search that gave more than one, and ask for the id."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DISAMBIGUATION, Mend.CONTEXT_LIMIT)
    telling: ClassVar[bool] = True

    rows: Annotated[int, Meta(ge=2, le=10_000)] = 47
    """How many there are."""

    @property
    def did(self) -> str:
        return f"the result has {self.rows} rows of the same name"

    def changed(self, value: Any) -> Any:
        return rows_changed(value, self._grown)

    def _grown(self, rows: list[Any]) -> Any:
        more = [_alike(rows[0], nth) for nth in range(1, self.rows - len(rows) + 1)]
        return [*rows, *more] if more and UNCHANGED not in more else UNCHANGED


def _alike(row: Any, nth: int) -> Any:
    if isinstance(row, dict):
        return named_alike(row, nth)
    return other_id(row, nth) if isinstance(row, str) and role_of("", row) is Role.ID else UNCHANGED
