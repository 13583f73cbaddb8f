"""The fault near_duplicate: a second record stands beside the right one, nearly the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from agentprobe.chaos._records import Role, first_of, other_id, role_of, rows_changed
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class NearDuplicate(Reshaping):
    """A second record stands beside the right one, nearly the same.

    What happens: behind the first row of the result's list there is a twin: another id, and the name a little
    otherwise (`Ann Lee`, `A. Lee`). What counts the rows counts it. A result without a list of records or
    texts stays as it is.
    Seen in the wild: customers that were entered twice, a merge that was never made, the same invoice from
    two systems.
    A sound agent: sees that there are two, tells them apart by what was asked for or asks back, and never
    acts on both.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Have the agent ask back where more than one record fits what was asked for."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DISAMBIGUATION, Mend.ESCALATION)

    @property
    def did(self) -> str:
        return "a near twin of the first row was put behind it"

    def changed(self, value: Any) -> Any:
        return rows_changed(value, _with_twin)


def _with_twin(rows: list[Any]) -> Any:
    twin = _twin(rows[0])
    return UNCHANGED if twin is UNCHANGED or twin in rows else [rows[0], twin, *rows[1:]]


def _twin(row: Any) -> Any:
    if isinstance(row, str) and row:
        return other_id(row) if role_of("", row) is Role.ID else _nearly(row)
    if not isinstance(row, dict):
        return UNCHANGED
    key, name = first_of(row, Role.ID), first_of(row, Role.NAME)
    if key is None and name is None:
        return UNCHANGED
    other = {} if key is None else {key: other_id(row[key])}
    return {**row, **other, **({} if name is None else {name: _nearly(row[name])})}


def _nearly(name: str) -> str:
    """The same name as somebody else would have typed it."""
    first, space, rest = name.partition(" ")
    if space and rest and len(first) > 2 and first.isalpha():
        return f"{first[0]}. {rest}"
    return name.upper() if name.upper() != name else f"{name} "
