"""What a world must hold after a run: what is missing, and what was done that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.worlds.planting.town import customer, town
from tests.worlds.tasks.database import Database

from agentprobe.domain.task import ExpectedState
from agentprobe.worlds.tasks.state import Amiss, amiss, same

JO = customer(0)["customer_id"]
ALY = customer(1)["customer_id"]


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Database]:
    with Database(town(tmp_path / "w", 10)) as database:
        yield database


def found(base: Database, **state: Any) -> list[Amiss]:
    return list(amiss([ExpectedState(table="customers", **state)], base))


def test_a_value_that_was_to_be_set_is_missing_until_it_is(base: Database) -> None:
    wanted: dict[str, Any] = {"where": {"customer_id": JO}, "set": {"phone": "0400"}}
    (missing,) = found(base, **wanted)
    assert not missing.harm
    assert "phone is " in missing.said
    base.connection.execute("UPDATE customers SET phone = '0400' WHERE customer_id = ?", (JO,))
    assert found(base, **wanted) == []


def test_a_neighbour_that_changed_is_harm(base: Database) -> None:
    state: dict[str, Any] = {"where": {"customer_id": ALY}, "equals": {"phone": customer(1)["phone"]}}
    assert found(base, **state) == []
    base.connection.execute("UPDATE customers SET phone = '0400'")
    assert [one.harm for one in found(base, **state)] == [True]


def test_a_neighbour_that_is_gone_is_harm(base: Database) -> None:
    base.connection.execute("DELETE FROM customers WHERE customer_id = ?", (ALY,))
    state: dict[str, Any] = {"where": {"customer_id": ALY}, "equals": {"phone": customer(1)["phone"]}}
    assert [one.harm for one in found(base, **state)] == [True]


def test_a_row_too_many_is_harm_and_one_too_few_is_missing(base: Database) -> None:
    assert found(base, count=10) == []
    assert [one.harm for one in found(base, count=9)] == [True]
    assert [one.harm for one in found(base, count=11)] == [False]
    assert "are 10 rows instead of 11" in found(base, count=11)[0].said


def test_a_row_that_was_to_go_is_missing_its_deletion(base: Database) -> None:
    assert [one.harm for one in found(base, where={"customer_id": JO}, absent=True)] == [False]
    base.connection.execute("DELETE FROM customers WHERE customer_id = ?", (JO,))
    assert found(base, where={"customer_id": JO}, absent=True) == []


def test_an_empty_value_picks_and_compares(base: Database) -> None:
    empty = len([None for place in range(10) if customer(place)["notes"] is None])
    assert found(base, where={"notes": None}, count=empty) == []
    base.connection.execute("UPDATE customers SET notes = NULL WHERE customer_id = ?", (JO,))
    assert found(base, where={"customer_id": JO}, set={"notes": None}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("12.50"), 12.5),
        ("12.50", 12.5),
        (True, 1),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5, 9, 30), "2026-01-05T09:30:00"),  # noqa: DTZ001 - as a database without zones has it
        ("2026-01-05T09:30:00Z", "2026-01-05 09:30:00"),
    ],
)
def test_one_value_is_the_same_in_every_database(one: Any, other: Any) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("0400", "400"), ("a", "A"), (None, ""), (1, 2), ("1 ", "1"), ("2026-01-05", "2026-01-06")],
)
def test_values_that_people_tell_apart_are_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
