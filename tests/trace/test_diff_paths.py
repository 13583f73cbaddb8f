"""Differences between values are named by their path, and nothing equal is named."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from agentprobe.trace.diff.paths import Change, changes

LEAF = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=5)
VALUE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


def _changes(a: Any, b: Any) -> list[Change]:
    return list(changes(a, b))


def test_a_changed_field_is_named_by_its_path() -> None:
    a = {"name": "Ada", "address": {"city": "Oslo"}, "tags": [1, 2]}
    b = {"name": "Ada", "address": {"city": "Bergen"}, "tags": [1, 2], "extra note": 1}
    assert _changes(a, b) == [
        Change("$.address.city", "Oslo", "Bergen"),
        Change('$["extra note"]', UNSET, 1),
    ]


def test_one_row_more_is_one_change() -> None:
    rows = [{"id": n} for n in range(5)]
    assert _changes(rows, [rows[0], {"id": 9}, *rows[1:]]) == [Change("$[1]", UNSET, {"id": 9})]


def test_text_that_is_json_is_compared_as_what_it_says() -> None:
    assert _changes('{"a": 1, "b": 2}', {"b": 2, "a": 1}) == []
    assert _changes('{"a": 1}', '{"a": 2}') == [Change("$.a", 1, 2)]


def test_true_is_not_one_and_none_is_not_nothing() -> None:
    assert _changes({"a": True, "b": None}, {"a": 1}) == [Change("$.a", True, 1), Change("$.b", None, UNSET)]


@given(VALUE)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert _changes(value, value) == []


@given(VALUE, VALUE)
def test_swapping_the_sides_finds_as_many_differences(a: Any, b: Any) -> None:
    assert len(_changes(a, b)) == len(_changes(b, a))
