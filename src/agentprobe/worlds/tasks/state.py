"""Does a run's world hold what a task says it must? Each finding says what is missing or what was spoilt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from agentprobe.domain.task import ExpectedState
from agentprobe.worlds.look import Look


class Amiss(NamedTuple):
    """What is not as it must be."""

    harm: bool
    """Was something done that nobody asked for? If not, something that was asked for is missing."""
    said: str


def amiss(states: Iterable[ExpectedState], look: Look) -> Iterator[Amiss]:
    """All that is not as it must be, in the order of the states."""
    for state in states:
        yield from _of_one(state, look)


def _of_one(state: ExpectedState, look: Look) -> Iterator[Amiss]:
    where = _told(state)
    if state.count is not None or state.absent:
        wanted = 0 if state.absent else state.count or 0
        found = _count(state, look)
        if found != wanted:
            harm = found > wanted and not state.absent
            yield Amiss(harm, f"{where} are {found:,} rows instead of {wanted:,}")
    if not (state.set or state.equals):
        return
    rows = _rows(state, look)
    if not rows:
        yield Amiss(bool(state.equals), f"{where} is no row any more")
    for columns, harm in ((state.set, False), (state.equals, True)):
        for column, value in columns.items():
            if wrong := [row[column] for row in rows if not same(row[column], value)]:
                yield Amiss(harm, f"{where}, {column} is {wrong[0]!r} instead of {value!r}")


def _rows(state: ExpectedState, look: Look) -> list[dict[str, Any]]:
    columns = dict.fromkeys((*state.set, *state.equals))
    picked = ", ".join(map(look.name, columns))
    tests, values = _where(state.where, look)
    return look.rows(f"SELECT {picked} FROM {look.name(state.table)}{tests}", values)


def _count(state: ExpectedState, look: Look) -> int:
    tests, values = _where(state.where, look)
    (row,) = look.rows(f"SELECT count(*) AS found FROM {look.name(state.table)}{tests}", values)
    return int(row["found"])


def _where(where: Mapping[str, Any], look: Look) -> tuple[str, list[Any]]:
    tests = [
        f"{look.name(name)} IS NULL" if value is None else f"{look.name(name)} = ?"
        for name, value in where.items()
    ]
    values = [value for value in where.values() if value is not None]
    return (f" WHERE {' AND '.join(tests)}" if tests else ""), values


def _told(state: ExpectedState) -> str:
    where = " and ".join(f"{name} = {value!r}" for name, value in state.where.items())
    return f"in {state.table}{f', where {where}' if where else ''}"


def same(found: Any, wanted: Any) -> bool:
    """Are two values the same, whichever way a database or a file writes them?"""
    return bool(_plain(found) == _plain(wanted))


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)).normalize()
    if isinstance(value, datetime):
        return _text(value.isoformat(" "))
    if isinstance(value, date | time):
        return _text(value.isoformat())
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> Any:
    """A moment without its form, a number as one, and any other text as it is."""
    try:
        return Decimal(value).normalize() if value == value.strip() and not value.startswith("0") else value
    except InvalidOperation:
        pass
    if len(value) > 10 and value[4:5] == "-" and value[10] in " T":
        return value.replace("T", " ").removesuffix("Z").removesuffix("+00:00").removesuffix(" 00:00:00")
    return value
