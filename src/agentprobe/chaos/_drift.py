"""How the schema of a tool's result changes: each way by its name, as a function of one record."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, timedelta, timezone
from typing import Any, Literal, get_args

from agentprobe.chaos._records import FIGURE, Record, Role, first_of, leaves_changed, roles_in, words_of
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos._times import respelled_text, time_in

Shape = Literal[
    "renamed",
    "removed",
    "added",
    "nested",
    "type_changed",
    "id_as_text",
    "enum_added",
    "unit_changed",
    "currency_changed",
    "date_format_changed",
    "time_zone_changed",
    "null_for_list",
    "list_for_object",
]
SHAPES: tuple[Shape, ...] = get_args(Shape)
_WEIGHT = (
    Role.MONEY,
    Role.STATUS,
    Role.NUMBER,
    Role.TIME,
    Role.NAME,
    Role.COUNT,
    Role.CONTACT,
    Role.TEXT,
    Role.ID,
)
"""The roles of fields, those first that somebody relies on most."""
_NEW_NAMES = {
    "amount": "value",
    "price": "unit_price",
    "total": "grand_total",
    "status": "state",
    "state": "status",
    "name": "display_name",
    "title": "name",
    "customer": "account",
    "email": "email_address",
    "id": "uid",
}
_OTHER_CURRENCY = {"USD": "EUR", "$": "€", "€": "$"}
_FAR = timezone(timedelta(hours=-5))


def drifted(record: Record, shape: Shape) -> Any:
    """The record as the tool's next version would give it; UNCHANGED where the shape says nothing of it."""
    return _DRIFTS[shape](record)


def _weightiest(record: Record) -> Any:
    """The key of the field that matters most; None where all are lists and records."""
    return first_of(record, *_WEIGHT)


def _renamed(record: Record) -> Any:
    old = _weightiest(record)
    if not isinstance(old, str):
        return UNCHANGED
    new = _new_name(old)
    while new in record:
        new += "_2"
    return {new if key == old else key: value for key, value in record.items()}


def _new_name(old: str) -> str:
    if old in _NEW_NAMES:
        return _NEW_NAMES[old]
    first, *rest = old.split("_")
    if rest and first:
        return first + "".join(word.capitalize() for word in rest)
    spelled = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", old)
    return spelled if spelled != old else f"{old}_value"


def _removed(record: Record) -> Any:
    gone = _weightiest(record)
    return UNCHANGED if gone is None else {key: value for key, value in record.items() if key != gone}


def _added(record: Record) -> Any:
    return UNCHANGED if "schema_version" in record else {"schema_version": 2, **record, "extensions": {}}


def _nested(record: Record) -> Any:
    key = _weightiest(record)
    return UNCHANGED if key is None else {**record, key: {"value": record[key]}}


def _type_changed(record: Record) -> Any:
    numbers = (Role.MONEY, Role.NUMBER, Role.COUNT)
    return _each(record, numbers, lambda value: str(value) if isinstance(value, int | float) else value)


def _id_as_text(record: Record) -> Any:
    return _each(
        record, (Role.ID,), lambda value: str(value) if isinstance(value, int) else _as_number(value)
    )


def _as_number(text: str) -> Any:
    """A number for a text of digits; all other ids are text already and stay."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def _enum_added(record: Record) -> Any:
    return _each(
        record,
        (Role.STATUS,),
        lambda value: f"PARTIALLY_{value}" if value.isupper() else f"partially_{value}",
    )


def _unit_changed(record: Record) -> Any:
    """Sums in the smaller unit, and spans of seconds in milliseconds."""
    finer = {key: _finer(key, record[key], role) for key, role in roles_in(record).items()}
    return _changed(record, finer)


def _finer(key: object, value: Any, role: Role) -> Any:
    if role is Role.MONEY:
        return _cents(value)
    spans = words_of(key) & {"seconds", "duration", "timeout", "elapsed"}
    return value * 1000 if spans and role is Role.NUMBER else value


def _cents(value: Any) -> Any:
    try:
        if isinstance(value, str):
            return str(round(float(value) * 100))
        return round(value * 100)
    except (ValueError, OverflowError):
        return value


def _currency_changed(record: Record) -> Any:
    def other(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return re.sub(r"\b[A-Z]{3}\b|[€$]", lambda sign: _OTHER_CURRENCY.get(sign[0], "USD"), value)

    figures = {
        key: other(value) for key, value in record.items() if isinstance(value, str) and FIGURE.match(value)
    }
    coded = _each(record, (Role.CURRENCY, Role.MONEY), other)
    return _changed(record if coded is UNCHANGED else coded, figures, record)


def _date_format_changed(record: Record) -> Any:
    """Dates as in the United States, the month first."""

    def american(found: re.Match[str]) -> str:
        year, month, day = found["day"].split("-")
        return f"{month}/{day}/{year}" + (f" {found['clock']}" if found["clock"] else "")

    return _respelled(record, american)


def _time_zone_changed(record: Record) -> Any:
    """The same moments in another zone, which is not named any more."""

    def elsewhere(found: re.Match[str]) -> str:
        if not found["clock"]:
            return found[0]
        then = time_in(found)
        local = (then if then.tzinfo else then.replace(tzinfo=UTC)).astimezone(_FAR).replace(tzinfo=None)
        return local.isoformat(sep=found["sign"], timespec="seconds" if found["seconds"] else "minutes")

    return _respelled(record, elsewhere)


def _respelled(record: Record, spell: Callable[[re.Match[str]], str]) -> Any:
    def safe(found: re.Match[str]) -> str:
        try:
            return spell(found)
        except (ValueError, OverflowError):
            return found[0]

    return leaves_changed(
        record, lambda name, leaf: respelled_text(leaf, safe) if isinstance(leaf, str) else UNCHANGED
    )


def _null_for_list(record: Record) -> Any:
    return _changed(record, {key: None for key, value in record.items() if isinstance(value, list)})


def _list_for_object(record: Record) -> Any:
    """The records in the record, or the record itself, as lists of one."""
    inner = {key: [value] for key, value in record.items() if isinstance(value, dict)}
    return _changed(record, inner) if inner else [record]


def _each(record: Record, roles: tuple[Role, ...], change: Callable[[Any], Any]) -> Any:
    return _changed(
        record, {key: change(record[key]) for key, role in roles_in(record).items() if role in roles}
    )


def _changed(record: Record, fields: Record, before: Record | None = None) -> Any:
    other = {**record, **fields}
    before = record if before is None else before
    alike = all(type(other[key]) is type(before[key]) and other[key] == before[key] for key in before)
    return UNCHANGED if alike else other


_DRIFTS: dict[Shape, Callable[[Record], Any]] = {
    "renamed": _renamed,
    "removed": _removed,
    "added": _added,
    "nested": _nested,
    "type_changed": _type_changed,
    "id_as_text": _id_as_text,
    "enum_added": _enum_added,
    "unit_changed": _unit_changed,
    "currency_changed": _currency_changed,
    "date_format_changed": _date_format_changed,
    "time_zone_changed": _time_zone_changed,
    "null_for_list": _null_for_list,
    "list_for_object": _list_for_object,
}
