"""The fault partial_success: of many things a part is done, and only the small print says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from agentprobe.chaos._owed import writes_here
from agentprobe.chaos._records import Record, Role, first_of, roles_in, rows_changed
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED, reshape
from agentprobe.chaos.family import Family
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage

_WHY = "timed out"


@dataclass(frozen=True, kw_only=True)
class PartialSuccess(Reshaping):
    """Of many things a part is done, and only the small print says so.

    What happens: a tool that writes and is given a list is called with the first part of it (`keep`); its
    result says success as ever, and within it stand the others as failed: as rows of its list, as the field
    `failed`, or as a line behind its text. Of a tool that reads, the last rows of its list are replaced by
    rows that failed. What has no list of two or more stays as it is.
    Seen in the wild: bulk endpoints (207, `errors: true` in a 200), mailings of which some bounced, imports
    that skip rows. Whoever looks at the status alone reports all of it as done.
    A sound agent: reads the rows, says which were not done, and repeats only those.
    """

    family: ClassVar[Family] = Family.TOOL
    remedy: ClassVar[str] = "Count the rows that succeeded against those asked for, and retry only the rest."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.VERIFICATION, Mend.IDEMPOTENCY_KEY, Mend.ERROR_HANDLING)

    keep: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """The part that is done; at least one thing is, and at least one is not."""

    @property
    def did(self) -> str:
        return "the last rows are given as failed"

    def intercept(self, call: Call) -> Passage:
        if writes_here(call):
            return (yield from self._done_in_part(call))
        return (yield from super().intercept(call))

    def _done_in_part(self, call: Call) -> Passage:
        key = _longest_list(call.request)
        if key is None:
            return (yield call)
        items = call.request[key]
        count = self._kept(items)
        outcome = yield replace(call, request={**call.request, key: items[:count]})
        left = [_label(item) for item in items[count:]]
        told = f"of {len(items)} in {key} only the first {count} were done"
        if not outcome.ok:
            return self.struck(outcome, told)
        said = reshape(outcome.value, lambda value: _with_failed(value, left))
        return self.answered(outcome.value if said is UNCHANGED else said, outcome, told)

    def _kept(self, items: list[Any]) -> int:
        return min(max(int(len(items) * self.keep), 1), len(items) - 1)

    def changed(self, value: Any) -> Any:
        return rows_changed(value, self._with_failed_rows)

    def _with_failed_rows(self, rows: list[Any]) -> Any:
        if len(rows) < 2 or not all(isinstance(row, dict) for row in rows):
            return UNCHANGED
        count = self._kept(rows)
        return [*rows[:count], *map(_failed_row, rows[count:])]


def _longest_list(request: Any) -> Any:
    """The name of the argument that holds the most things; None where none holds two."""
    if not isinstance(request, Mapping):
        return None
    lists = {key: len(value) for key, value in request.items() if isinstance(value, list) and len(value) > 1}
    return max(lists, key=lambda key: lists[key], default=None)


def _label(item: Any) -> Any:
    """By what a thing is named in the small print."""
    if not isinstance(item, dict):
        return item
    key = first_of(item, Role.ID, Role.NAME)
    return json.dumps(item, ensure_ascii=False, default=str) if key is None else item[key]


def _with_failed(value: Any, left: list[Any]) -> Any:
    if isinstance(value, str):
        return f"{value}\n{len(left)} failed ({_WHY}): {', '.join(map(str, left))}"
    if not isinstance(value, dict | list):
        return UNCHANGED
    with_rows = rows_changed(value, lambda rows: [*rows, *(_row_like(rows[0], label) for label in left)])
    if with_rows is UNCHANGED and isinstance(value, dict):
        return {**value, "failed": [{"item": label, "error": _WHY} for label in left]}
    return with_rows


def _row_like(row: Any, label: Any) -> Any:
    """A row that says of one more thing that it failed."""
    if isinstance(row, str):
        return f"{label}: failed ({_WHY})"
    key = first_of(row, Role.ID, Role.NAME) if isinstance(row, dict) else None
    return _failed_row({} if not isinstance(row, dict) else row) | {key or "item": label}


def _failed_row(row: Record) -> Record:
    named = {key: row[key] for key, role in roles_in(row).items() if role in (Role.ID, Role.NAME)}
    return {**named, first_of(row, Role.STATUS) or "status": "failed", "error": _WHY}
