"""The fault pagination_lost: the first page comes as if it were all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from agentprobe.chaos._records import Record, words_in, words_of
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend

_ONWARD = words_in("cursor next more continuation pages")
_COUNTS = words_in("total count hits matches")


@dataclass(frozen=True, kw_only=True)
class PaginationLost(Reshaping):
    """The first page comes as if it were all.

    What happens: of a list no more than `rows` rows are left, and what points to the rest is gone: cursors,
    tokens and links to the next page, `has_more`, totals and numbers of pages. A result that is short and
    points to no further page stays as it is.
    Seen in the wild: client libraries that give out the first page, tools that hand on `items` and drop the
    envelope, a default page size of 10.
    A sound agent: does not say "all" of a list whose end it has not seen, and asks for a total.
    """

    family: ClassVar[Family] = Family.TOOL
    remedy: ClassVar[str] = (
        "Return the total with every list, and have the agent compare it with what it got."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION)
    telling: ClassVar[bool] = True

    rows: Annotated[int, Meta(ge=1, le=10_000)] = 10
    """How many rows a page has at most."""

    @property
    def did(self) -> str:
        return "the first page came without a sign of more"

    def changed(self, value: Any) -> Any:
        if isinstance(value, list):
            return value[: self.rows] if len(value) > self.rows else UNCHANGED
        if not isinstance(value, dict) or not self._has_more(value):
            return UNCHANGED
        return self._first_page(value)

    def _has_more(self, record: Record) -> bool:
        longest = max((len(value) for value in record.values() if isinstance(value, list)), default=0)
        inner = [value for value in record.values() if isinstance(value, dict)]
        return (
            longest > self.rows
            or any(_points_on(key, value, longest) for key, value in record.items())
            or any(map(self._has_more, inner))
        )

    def _first_page(self, record: Record) -> Record:
        page = {key: value for key, value in record.items() if not _is_paging(key, value)}
        short = {key: self._shortened(value) for key, value in page.items()}
        return {key: value for key, value in short.items() if value != {} or page[key] == {}}

    def _shortened(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._first_page(value)
        return value[: self.rows] if isinstance(value, list) else value


def _is_paging(key: object, value: Any) -> bool:
    counts = bool(words_of(key) & _COUNTS) and type(value) is int
    return counts or (bool(words_of(key) & _ONWARD) and not isinstance(value, dict | list))


def _points_on(key: object, value: Any, rows: int) -> bool:
    """Does this field say that there is more than came?"""
    if not _is_paging(key, value):
        return False
    if words_of(key) & _COUNTS:
        return bool(0 < rows < value)
    return bool(value) and ("pages" not in words_of(key) or value != 1)
