"""The table of `agentprobe scan --effective`: each call of a model, and what holds for it in the end."""

from __future__ import annotations

import msgspec

from agentprobe.scan.apis import by_name
from agentprobe.scan.defaults.table import words_for
from agentprobe.scan.effective.calls import effective_calls
from agentprobe.scan.effective.resolved import Effective, Resolved
from agentprobe.scan.finding import Place
from agentprobe.scan.nodes import short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.scripts.effective import script_calls


class Cell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One value of the table."""

    text: str
    """The value as people say it: "600 s", "not set", "?"."""
    source: str = ""
    place: Place | None = None
    others: tuple[str, ...] = ()
    """What else it may be."""
    given: bool = False
    """Does the project say it?"""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a model."""

    place: Place
    call: str
    function: str
    model: Cell
    temperature: Cell
    cap: Cell
    timeout: Cell
    attempts: Cell
    steps: Cell
    worst: Cell
    made_only: bool = False
    """Is it only the making of a model, whose calls were not found?"""


def effective_rows(project: Project, *, tests: bool = False) -> tuple[Row, ...]:
    """The rows for a project, in the order of its files; those of tests only where they are wanted."""
    calls = (*effective_calls(project), *(one for _, one in script_calls(project)))
    rows = [_row(one) for one in calls if tests or not is_test(one.call.place.path)]
    return tuple(sorted(rows, key=lambda one: (one.place.path, one.place.line, one.place.column)))


def _row(one: Effective) -> Row:
    api = by_name(one.call.api)
    attempts = _cell("attempts", one.attempts)
    if one.outer:
        around = " × ".join(
            f"{'∞' if each.endless else each.attempts or '?'} ({each.by})" for each in one.outer
        )
        attempts = msgspec.structs.replace(attempts, text=f"{attempts.text} × {around}")
    return Row(
        place=one.call.place,
        call=short(one.call.callee),
        function=one.call.function,
        model=_cell("model", one.model),
        temperature=_cell("temperature", one.temperature),
        cap=_cell("cap", one.cap),
        timeout=_timeout(one),
        attempts=attempts,
        steps=_cell("steps", one.steps)
        if (api is not None and api.loops) or one.call.language != "python"
        else Cell(text="1"),
        worst=_worst(one),
        made_only=one.made_only,
    )


def _timeout(one: Effective) -> Cell:
    cell = _cell("timeout", one.timeout)
    if one.deadline.number is None:
        return cell
    return msgspec.structs.replace(cell, text=f"{cell.text}, cut at {one.deadline.number:g} s")


def _worst(one: Effective) -> Cell:
    head, separator, end = one.worst.words.rpartition(" = ")
    text = "without end" if one.worst.endless else end if separator else "?"
    return Cell(text=text, source=head if separator else one.worst.words)


def _cell(setting: str, found: Resolved) -> Cell:
    return Cell(
        text=_text(setting, found),
        source=found.source,
        place=found.place,
        others=tuple(_text(setting, one) for one in found.others),
        given=found.given,
    )


def _text(setting: str, found: Resolved) -> str:
    if not found.known:
        return "?"
    if isinstance(found.value, str) and setting == "model":
        return found.value
    if found.number is not None:
        return words_for(setting, found.number)
    if setting == "timeout":
        return "no deadline"
    if setting == "steps":
        return "no limit"
    return "not set"
