"""The records in a tool's result: where they stand, and what their fields are likely to mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from agentprobe.basis.canonical import digest
from agentprobe.chaos._results import UNCHANGED

Record = dict[Any, Any]
DEEPEST = 60
"""How many levels deep a result is looked into; what lies deeper stays as it is."""


class Role(StrEnum):
    """What a field of a record is for, as far as its name and its value tell."""

    ID = "id"
    NAME = "name"
    MONEY = "money"
    CURRENCY = "currency"
    TIME = "time"
    STATUS = "status"
    COUNT = "count"
    NUMBER = "number"
    CONTACT = "contact"
    TEXT = "text"
    FLAG = "flag"
    OTHER = "other"


def words_in(text: str) -> frozenset[str]:
    """The words of a list that is written in one line."""
    return frozenset(text.split())


_WORDS_OF: dict[Role, frozenset[str]] = {
    role: words_in(words)
    for role, words in {
        Role.ID: "id ids uuid guid key ref reference sku iban number no nr",
        Role.CONTACT: "email mail phone mobile address street zip postcode ssn birthday",
        Role.NAME: "name title label customer user subject product person company first last owner author",
        Role.MONEY: "amount price cost balance fee refund refunded paid salary subtotal tax revenue budget"
        " total sum charge due",
        Role.CURRENCY: "currency",
        Role.STATUS: "status state stage phase is",
        Role.COUNT: "count total size length pages page offset limit rows hits matches",
        Role.TEXT: "description note notes message text body comment summary content reason details",
    }.items()
}
_NOT_THE_THINGS = words_in("request trace correlation session page cursor next previous token")
"""Words in the names of ids that belong to the answer and not to what it tells of."""
_CODE = re.compile(r"[A-Za-z]{0,6}[-_#]?\d[\w-]*\Z|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII)
CODE_IN_TEXT = re.compile(r"(?<![\w-])(?:#\d{2,}|[A-Za-z][A-Za-z0-9]{0,7}[-_]\d+)(?![\w-])", re.ASCII)
"""What in a sentence is likely to be something's id."""
_CURRENCIES = words_in("EUR USD GBP CHF JPY SEK NOK DKK PLN CZK CAD AUD CNY INR BRL")
FIGURE = re.compile(r"(?:[€$£]\s?)?-?\d[\d.,' ]*(?:\s?(?:€|\$|£|[A-Z]{3}|%))?\Z", re.ASCII)
"""A text that is nothing but a number, as people write sums."""
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def words_of(key: object) -> frozenset[str]:
    """The words that a field's name is made of, however they are joined."""
    return frozenset(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", str(key)))


def role_of(key: object, value: Any) -> Role:
    """What a field is likely to be for."""
    words = words_of(key)
    if isinstance(value, bool):
        return Role.FLAG
    if isinstance(value, int | float):
        return _role_of_number(words, value)
    if isinstance(value, str):
        return _role_of_text(words, value)
    return Role.OTHER


def _role_of_number(words: frozenset[str], value: float) -> Role:
    if words & _WORDS_OF[Role.ID] and isinstance(value, int):
        return Role.ID
    if words & _WORDS_OF[Role.COUNT] and isinstance(value, int):
        return Role.COUNT
    return Role.MONEY if words & _WORDS_OF[Role.MONEY] else Role.NUMBER


_ROLES_BY_NAME = (Role.ID, Role.CONTACT, Role.CURRENCY, Role.STATUS, Role.NAME)
"""The roles that a name alone tells, the surest first."""


def _role_of_text(words: frozenset[str], value: str) -> Role:
    if _ISO_DATE.match(value):
        return Role.TIME
    if words & _WORDS_OF[Role.MONEY] and FIGURE.match(value):
        return Role.MONEY
    if "@" in value and " " not in value:
        return Role.CONTACT
    named = next((role for role in _ROLES_BY_NAME if words & _WORDS_OF[role]), None)
    if named is not None and not words & _WORDS_OF[Role.TEXT]:
        return named
    return _role_by_look(value)


def _role_by_look(value: str) -> Role:
    if value in _CURRENCIES:
        return Role.CURRENCY
    return Role.ID if _CODE.match(value) else Role.TEXT


def roles_in(record: Record) -> dict[Any, Role]:
    """The role of each field of a record."""
    return {key: role_of(key, value) for key, value in record.items()}


def first_of(record: Record, *roles: Role) -> Any:
    """The key of the first field in one of these roles, looked for in their order; None when there is none.

    Fields without a name of their own do not exist in JSON, so None is never a key.
    """
    known = roles_in(record)
    return next((key for role in roles for key in known if known[key] is role), None)


# -- going through a result ----------------------------------------------------------------------------

Leaf = Callable[[str, Any], Any]
"""Makes another value of the one under a name, or gives UNCHANGED back."""


def leaves_changed(value: Any, change: Leaf) -> Any:
    """The value with what stands in it changed field by field; UNCHANGED where nothing was."""
    changed = _leaves(value, change, "", DEEPEST)
    return UNCHANGED if changed is value else changed


def _leaves(value: Any, change: Leaf, key: str, depth: int) -> Any:
    if isinstance(value, dict):
        return _in_dict(value, change, depth - 1) if depth else value
    if type(value) in (list, tuple):
        return _in_list(value, change, key, depth - 1) if depth else value
    changed = change(key, value)
    return value if changed is UNCHANGED or same(changed, value) else changed


def _in_dict(value: Record, change: Leaf, depth: int) -> Record:
    changed = {name: _leaves(inner, change, str(name), depth) for name, inner in value.items()}
    return value if all(map(_is, changed.values(), value.values())) else changed


def _in_list(value: Any, change: Leaf, key: str, depth: int) -> Any:
    changed = [_leaves(inner, change, key, depth) for inner in value]
    return value if all(map(_is, changed, value)) else type(value)(changed)


def _is(one: object, other: object) -> bool:
    return one is other


def same(one: Any, other: Any) -> bool:
    """Are two plain values the same, also in their types?"""
    return type(one) is type(other) and bool(one == other)


def things_changed(value: Any, change: Callable[[Record], Any]) -> Any:
    """The value with each thing that it tells of changed: the rows of a list, or the one record it is."""
    changed = _things(value, change, DEEPEST)
    return UNCHANGED if changed is value else changed


def _things(value: Any, change: Callable[[Record], Any], depth: int) -> Any:
    if isinstance(value, dict):
        inner = _key_of_things(value, depth) if depth else None
        if inner is None:
            return _changed(value, change)
        within = _things(value[inner], change, depth - 1)
        return value if within is value[inner] else {**value, inner: within}
    if type(value) not in (list, tuple):
        return value
    rows = [_changed(row, change) if isinstance(row, dict) else row for row in value]
    return value if all(map(_is, rows, value)) else type(value)(rows)


def _changed(record: Record, change: Callable[[Record], Any]) -> Any:
    changed = change(record) if record else UNCHANGED
    return record if changed is UNCHANGED or same(changed, record) else changed


def _key_of_things(record: Record, depth: int) -> Any:
    """Under which key a wrapping holds what the result tells of; None for what is no wrapping."""
    if is_thing(record):
        return None
    rows = next((key for key, value in record.items() if _has_records(value)), None)
    if rows is not None:
        return rows
    inner = [key for key, value in record.items() if isinstance(value, dict) and value]
    return inner[0] if len(inner) == 1 else None


def _has_records(value: Any) -> bool:
    return type(value) in (list, tuple) and any(isinstance(item, dict) and item for item in value)


def is_thing(record: Record) -> bool:
    """Does the record tell of one thing, and not wrap what tells of several?"""
    return any(
        role in (Role.ID, Role.NAME) and not words_of(key) & _NOT_THE_THINGS
        for key, role in roles_in(record).items()
    )


def rows_changed(value: Any, change: Callable[[list[Any]], Any]) -> Any:
    """The value with its list of rows changed, and what counts them made to fit.

    The rows are the value itself, or the first list in the records that it is made of, one of records
    before all others. UNCHANGED where there are none.
    """
    changed = _rows(value, change, DEEPEST)
    return UNCHANGED if changed is value else changed


def _rows(value: Any, change: Callable[[list[Any]], Any], depth: int) -> Any:
    if type(value) in (list, tuple):
        changed = change(list(value)) if value else UNCHANGED
        return value if changed is UNCHANGED else type(value)(changed)
    if not isinstance(value, dict) or not depth:
        return value
    for key in _keys_with_lists(value):
        within = _rows(value[key], change, depth - 1)
        if within is not value[key]:
            return _counted({**value, key: within}, value[key], within)
    return value


def _keys_with_lists(record: Record) -> Iterable[Any]:
    lists = [key for key, value in record.items() if type(value) in (list, tuple)]
    dicts = [key for key, value in record.items() if isinstance(value, dict)]
    return [*sorted(lists, key=lambda key: not _has_records(record[key])), *dicts]


def _counted(record: Record, before: Any, after: Any) -> Record:
    """The record with what counted its rows before counting those that it has now."""
    if isinstance(before, dict):
        return record
    return {
        key: len(after) if _counts(key, value) and value == len(before) else value
        for key, value in record.items()
    }


def _counts(key: object, value: Any) -> bool:
    return type(value) is int and bool(words_of(key) & {"count", "total", "hits", "matches"})


# -- other things of the same kind ---------------------------------------------------------------------


def other_id(value: Any, nth: int = 1) -> Any:
    """The id of another thing of the same kind; each `nth` gives another one, always the same."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value + _far(str(value)) + nth
    text = str(value)
    figures = list(re.finditer(r"\d+", text))
    if not figures:
        return f"{text}-{nth + 1}"
    if _is_uuid(text):
        return _other_uuid(text, nth)
    last = figures[-1]
    number = str(int(last[0]) + _far(text) + nth).zfill(len(last[0]))
    return text[: last.start()] + number + text[last.end() :]


def _far(text: str) -> int:
    return int(digest(text.encode("utf-8", "backslashreplace"))[:2], 16) % 7 + 1


def _is_uuid(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


def _other_uuid(text: str, nth: int) -> str:
    other = digest(f"{text} {nth}")
    return f"{text[:9]}{other[:4]}-{text[14:19]}{other[4:8]}-{other[8:20]}"


def named_alike(record: Record, nth: int = 1) -> Any:
    """Another thing of the same name: other id, other figures; UNCHANGED where nothing tells them apart."""
    if not any(role is Role.ID for role in roles_in(record).values()):
        return UNCHANGED
    return {key: _other_field(key, value, nth) for key, value in record.items()}


def _other_field(key: object, value: Any, nth: int) -> Any:
    match role_of(key, value):
        case Role.ID:
            return other_id(value, nth)
        case Role.MONEY | Role.NUMBER if isinstance(value, int | float):
            return _other_number(value, nth)
        case Role.CONTACT if "@" in value:
            user, _, host = value.partition("@")
            return f"{user}{nth + 1}@{host}"
        case _:
            return value


def _other_number(value: float, nth: int) -> float:
    if value != value or value in (float("inf"), float("-inf")):
        return value
    step = (nth % 5 + 1) * (7 if isinstance(value, int) else 7.25)
    return value + step if isinstance(value, int) else round(value + step, 2)
