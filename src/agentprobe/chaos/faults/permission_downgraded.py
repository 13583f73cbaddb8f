"""The fault permission_downgraded: the agent may see less than it did, and nobody says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from agentprobe.chaos._records import Record, Role, roles_in, rows_changed, things_changed
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend

_GUARDED = (Role.MONEY, Role.CONTACT, Role.TEXT, Role.NUMBER)


@dataclass(frozen=True, kw_only=True)
class PermissionDowngraded(Reshaping):
    """The agent may see less than it did, and nobody says so.

    What happens: the tool is called with success; of its records the sums, figures, texts and addresses are
    gone (`fields`) or hidden (`masked`: `***`, and null for numbers), or half of the rows of its list are
    gone (`rows`), and what counts them counts the rest. A result with nothing of this kind stays as it is.
    Seen in the wild: a role that was narrowed, row-level security, a token that was renewed with fewer
    scopes. The answer is a good 200, only smaller.
    A sound agent: does not take what it may not see for what is not there, and adds up no partial sums.
    """

    family: ClassVar[Family] = Family.TOOL
    remedy: ClassVar[str] = "Have tools state under which rights they answered, and check for missing fields."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION, Mend.ESCALATION)
    lasting: ClassVar[bool] = True

    sees: Literal["fields", "masked", "rows"] = "fields"
    """What there is less of."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return cls(), cls(sees="masked"), cls(sees="rows")

    @property
    def did(self) -> str:
        return {
            "fields": "fields that need more rights are gone",
            "masked": "fields that need more rights are masked",
            "rows": "rows that need more rights are gone",
        }[self.sees]

    def changed(self, value: Any) -> Any:
        if self.sees == "rows":
            return rows_changed(value, _first_half)
        return things_changed(value, _without if self.sees == "fields" else _masked)


def _first_half(rows: list[Any]) -> Any:
    return rows[: (len(rows) + 1) // 2] if len(rows) > 1 else UNCHANGED


def _without(record: Record) -> Any:
    seen = {key: record[key] for key, role in roles_in(record).items() if role not in _GUARDED}
    return seen or UNCHANGED


def _masked(record: Record) -> Record:
    return {
        key: _mask(record[key]) if role in _GUARDED else record[key] for key, role in roles_in(record).items()
    }


def _mask(value: Any) -> str | None:
    return "***" if isinstance(value, str) else None
