"""What fields are likely to be for, and other things of the same kind."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.chaos._records import (
    Role,
    named_alike,
    other_id,
    role_of,
    rows_changed,
    things_changed,
)
from agentprobe.chaos._results import UNCHANGED


@pytest.mark.parametrize(
    ("key", "value", "role"),
    [
        ("orderId", "x", Role.ID),
        ("id", 7, Role.ID),
        ("order", "A-17", Role.ID),
        ("customer_name", "Ann", Role.NAME),
        ("total", 12.5, Role.MONEY),
        ("total", 12, Role.COUNT),
        ("amount", 30, Role.MONEY),
        ("price", "1,234.50 EUR", Role.MONEY),
        ("cur", "EUR", Role.CURRENCY),
        ("created", "2026-01-05", Role.TIME),
        ("status", "open", Role.STATUS),
        ("email", "ann@lee.example", Role.CONTACT),
        ("note", "late again", Role.TEXT),
        ("score", 0.5, Role.NUMBER),
        ("amount", True, Role.FLAG),
        ("amount", None, Role.OTHER),
        ("", "A-1", Role.ID),
        ("", "the whole text", Role.TEXT),
    ],
)
def test_names_and_values_tell_a_fields_role(key: str, value: Any, role: Role) -> None:
    assert role_of(key, value) is role


@given(st.integers() | st.text() | st.uuids().map(str) | st.from_regex(r"[A-Z]{1,3}-\d{1,6}", fullmatch=True))
def test_another_id_is_another_of_the_same_kind_and_always_the_same(value: Any) -> None:
    others = [other_id(value, nth) for nth in range(1, 6)]
    assert value not in others
    assert len(set(others)) == 5
    assert others == [other_id(value, nth) for nth in range(1, 6)]
    assert {type(other) for other in others} == {type(value)}


def test_a_uuid_stays_one() -> None:
    value = "8e3f1a52-6f6e-4d0c-9b53-0c7c5b1d2a11"
    assert uuid.UUID(other_id(value)).version == 4
    assert other_id(value) != value


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        ({"id": 1, "lines": [{"id": 2}]}, {"id": 1, "lines": [{"id": 2}], "seen": True}),
        ({"total": 1, "rows": [{"id": 2}]}, {"total": 1, "rows": [{"id": 2, "seen": True}]}),
        ({"status": "ok", "data": {"id": 2}}, {"status": "ok", "data": {"id": 2, "seen": True}}),
        (
            {"request_id": "r-1", "rows": [{"id": 2}]},
            {"request_id": "r-1", "rows": [{"id": 2, "seen": True}]},
        ),
        ([{"id": 1}, 3], [{"id": 1, "seen": True}, 3]),
        ({"ok": True}, {"ok": True, "seen": True}),
    ],
)
def test_the_things_that_a_result_tells_of_are_found(value: Any, changed: Any) -> None:
    assert things_changed(value, lambda record: {**record, "seen": True}) == changed


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        ([1, 2], [1]),
        ((1, 2), (1,)),
        ({"tags": ["a", "b"], "rows": [{"id": 1}, {"id": 2}]}, {"tags": ["a", "b"], "rows": [{"id": 1}]}),
        (
            {"count": 2, "total": 9, "data": {"hits": 2, "rows": [1, 2]}},
            {"count": 2, "total": 9, "data": {"hits": 1, "rows": [1]}},
        ),
    ],
)
def test_the_rows_are_found_and_counted(value: Any, changed: Any) -> None:
    assert rows_changed(value, lambda rows: rows[:1]) == changed


def test_what_has_no_rows_is_unchanged() -> None:
    assert rows_changed({"id": 1, "tags": []}, lambda rows: rows[:1]) is UNCHANGED


def test_another_thing_of_the_same_name_differs_in_what_tells_apart() -> None:
    first, second = (named_alike({"id": 1, "name": "Ann", "paid": 3.5}, nth) for nth in (1, 2))
    assert first["name"] == second["name"] == "Ann"
    assert len({1, first["id"], second["id"]}) == len({3.5, first["paid"], second["paid"]}) == 3
    assert named_alike({"name": "Ann"}) is UNCHANGED
