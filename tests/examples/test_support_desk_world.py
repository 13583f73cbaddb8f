"""The example's worlds: deterministic, nested, and as crowded as life."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faiss
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

WorldOf = Callable[[int], Path]
RowsOf = Callable[..., list[tuple[Any, ...]]]
TABLES = ("customers", "orders", "tickets", "technicians", "policies")


def test_the_same_seed_builds_the_same_world(desk: SimpleNamespace, tmp_path: Path, rows_of: RowsOf) -> None:
    worlds = [tmp_path / name for name in ("one", "two", "other")]
    for folder, seed in zip(worlds, (3, 3, 4), strict=True):
        folder.mkdir()
        desk.world.build(folder, 200, seed)
    one, two, other = (
        [rows_of(folder, f"SELECT * FROM {table}") for table in (*TABLES, "taken")] for folder in worlds
    )
    assert one == two
    assert one != other
    assert (worlds[0] / "policies.faiss").read_bytes() == (worlds[1] / "policies.faiss").read_bytes()


@pytest.mark.parametrize(("small", "large"), [(10, 1000), (1000, 100_000)])
def test_a_world_is_contained_in_every_larger_one(
    world_of: WorldOf, rows_of: RowsOf, small: int, large: int
) -> None:
    def booked(rows: int) -> set[tuple[Any, ...]]:
        return set(rows_of(world_of(rows), "SELECT technician_id, day, hour FROM taken"))

    def listed(table: str, rows: int) -> set[tuple[Any, ...]]:
        columns = "policy_id, title, body, valid_from" if table == "policies" else "*"
        return set(rows_of(world_of(rows), f"SELECT {columns} FROM {table}"))

    assert booked(small) <= booked(large)
    for table in TABLES:
        assert listed(table, small) <= listed(table, large), table


@settings(max_examples=5, deadline=None)
@given(st.data())
def test_customers_are_nested_at_any_density_and_seed(desk: SimpleNamespace, data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 2**32))
    large = data.draw(st.integers(11, 25_000))
    small = data.draw(st.integers(10, large))
    assert desk.people.customers(small, seed) == desk.people.customers(large, seed)[:small]


def test_record_numbers_are_never_given_twice(world_of: WorldOf, rows_of: RowsOf) -> None:
    count = rows_of(world_of(100_000), "SELECT count(*), count(DISTINCT customer_id) FROM customers")[0]
    assert count == (100_000, 100_000)


def test_nobody_of_the_smallest_world_shares_a_name_there_and_everybody_does_later(
    world_of: WorldOf, rows_of: RowsOf
) -> None:
    surnames = [row[0] for row in rows_of(world_of(10), "SELECT surname FROM customers")]
    for surname in surnames:
        matches = f"""SELECT count(DISTINCT person) FROM customers
            WHERE given_name || ' ' || surname LIKE '%{surname}%'"""
        assert rows_of(world_of(10), matches) == [(1,)]
        assert rows_of(world_of(1000), matches)[0][0] > 3


def test_true_duplicates_are_there_and_differ_as_typed_records_do(world_of: WorldOf, rows_of: RowsOf) -> None:
    sql = "SELECT person, given_name, surname, street, suburb, date_of_birth FROM customers"
    records = rows_of(world_of(1000), sql)
    assert len({record[0] for record in records}) < 700
    assert len(set(records)) > 900


def test_grown_people_share_surnames_as_often_as_the_observed_do(desk: SimpleNamespace) -> None:
    people = [person for _, person in desk.people.customers(100_000, 7)]
    observed, grown = people[:21_000], people[21_000:]
    share = [Counter(p.surname for p in part)["White"] / len(part) for part in (observed, grown)]
    assert share[1] == pytest.approx(share[0], rel=0.15)


def test_small_worlds_know_two_words_for_a_ticket_and_large_ones_what_people_type(
    world_of: WorldOf, rows_of: RowsOf
) -> None:
    words = "SELECT DISTINCT status FROM tickets"
    assert {row[0] for row in rows_of(world_of(10), words)} == {"active", "closed"}
    assert {" Closed", "resolved", "pending"} < {row[0] for row in rows_of(world_of(1000), words)}


def test_the_calendar_fills_up_but_leaves_one_free_slot_an_afternoon(
    world_of: WorldOf, rows_of: RowsOf, desk: SimpleNamespace
) -> None:
    def share(rows: int, more: str = "") -> float:
        taken = rows_of(world_of(rows), f"SELECT count(*) FROM taken WHERE true {more}")[0][0]
        technicians = rows_of(world_of(rows), "SELECT count(*) FROM technicians")[0][0]
        return float(taken / technicians / len(desk.world.DAYS) / len(desk.world.HOURS))

    assert share(10) < 0.5 < share(1000) < share(100_000) < 1
    assert share(10, "AND held_for > 0") == 0 < share(1000, "AND held_for > 0")
    assert share(100_000, "AND held_for IS NULL") < 0.95


def test_policies_gain_versions_and_near_duplicates_up_to_the_cap(world_of: WorldOf, rows_of: RowsOf) -> None:
    versions = "SELECT max(n) FROM (SELECT count(*) AS n FROM policies GROUP BY title)"
    counts = "SELECT count(*) FROM policies"
    sizes = [rows_of(world_of(rows), counts)[0][0] for rows in (10, 1000, 100_000)]
    assert [rows_of(world_of(rows), versions)[0][0] for rows in (10, 1000)] == [1, 5]
    assert sizes == [12, 1000, 20_000]
    assert faiss.read_index(str(world_of(1000) / "policies.faiss")).ntotal == 1000


def test_work_grows_no_faster_than_the_rows(desk: SimpleNamespace, tmp_path: Path) -> None:
    def work(rows: int) -> int:
        """Count the functions that building calls: a clock would measure the machine."""
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        folder = tmp_path / str(rows)
        folder.mkdir()
        sys.setprofile(count)
        try:
            desk.world.build(folder, rows, 7)
        finally:
            sys.setprofile(None)
        return calls

    fixed, some, many = work(10), work(1000), work(4000)
    assert many - fixed < 5 * (some - fixed)


def test_too_few_rows_are_refused(desk: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 10 rows, not 9"):
        desk.world.build(tmp_path, 9, 7)
