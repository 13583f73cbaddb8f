"""The example's tools over a real world."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

WorldOf = Callable[[int], Path]
RunFolder = Callable[[Path], Path]
RowsOf = Callable[..., list[tuple[Any, ...]]]
DAY = "2026-01-13"


def test_a_search_gives_one_page_and_says_how_many_there_are(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder
) -> None:
    run_folder(world_of(1000))
    pages = [json.loads(desk.tools.find_customer("white", page=page)) for page in (1, 2, 3, 9)]
    found = [customer["customer_id"] for page in pages for customer in page["customers"]]
    assert [len(page["customers"]) for page in pages[:2]] == [10, 10]
    assert len(set(found)) == len(found) == pages[0]["total"]
    assert pages[3]["customers"] == []


def test_details_narrow_a_search(desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder) -> None:
    run_folder(world_of(1000))
    first = json.loads(desk.tools.find_customer("White"))["customers"][0]
    narrowed = json.loads(desk.tools.find_customer("White", first["suburb"].lower(), first["date_of_birth"]))
    assert first["customer_id"] in [customer["customer_id"] for customer in narrowed["customers"]]
    assert narrowed["total"] < 5


def test_no_tool_tells_who_is_who(desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder) -> None:
    run_folder(world_of(10))
    customer = json.loads(desk.tools.find_customer(""))["customers"][0]
    assert not {"person", "place"} & customer.keys()


def test_a_refund_is_seen_afterwards_and_changes_only_the_runs_own_file(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder, rows_of: RowsOf
) -> None:
    folder = run_folder(world_of(10))
    before = (folder / "desk.sqlite").read_bytes()
    order, customer = rows_of(folder, "SELECT order_id, customer_id FROM orders")[0]
    desk.tools.refund_order(order, 5)
    desk.tools.refund_order(order, 5)
    orders = json.loads(desk.tools.get_orders(customer))["orders"]
    assert [o["refunded"] for o in orders if o["order_id"] == order] == [10]
    assert (folder / "desk.sqlite").read_bytes() == before
    assert rows_of(world_of(10), "SELECT * FROM refunds", "changes.sqlite") == []


def test_an_order_that_does_not_exist_cannot_be_refunded(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder, rows_of: RowsOf
) -> None:
    folder = run_folder(world_of(10))
    assert json.loads(desk.tools.refund_order(1, 5)) == {"error": "there is no order 1"}
    assert rows_of(folder, "SELECT * FROM refunds", "changes.sqlite") == []


def test_a_booked_slot_is_gone_and_cannot_be_booked_again(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder
) -> None:
    run_folder(world_of(10))
    before = json.loads(desk.tools.free_slots(DAY, after="13:00"))
    slot = before["slots"][0]
    first = desk.tools.book_slot(1, slot["technician_id"], DAY, slot["hour"])
    again = desk.tools.book_slot(2, slot["technician_id"], DAY, slot["hour"])
    after = json.loads(desk.tools.free_slots(DAY, after="13:00"))
    assert json.loads(first)["booked"]["hour"] == slot["hour"]
    assert "is not free" in json.loads(again)["error"]
    assert after["total"] == before["total"] - 1
    assert slot not in after["slots"]


def test_slots_begin_at_the_hour_asked_for_and_show_who_they_are_held_for(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder
) -> None:
    run_folder(world_of(1000))
    slots = json.loads(desk.tools.free_slots(DAY, after="13:00"))["slots"]
    assert all(slot["hour"] >= "13:00" for slot in slots)
    assert {bool(slot["held_for"]) for slot in slots} == {True, False}


def test_tickets_are_matched_by_the_very_word(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder, rows_of: RowsOf
) -> None:
    folder = run_folder(world_of(1000))
    words: dict[str, int] = dict(rows_of(folder, "SELECT status, count(*) FROM tickets GROUP BY status"))
    total = {word: json.loads(desk.tools.list_tickets(word))["total"] for word in ("active", "!=closed")}
    assert total == {"active": words["active"], "!=closed": 1000 - words["closed"]}


def test_a_search_among_policies_finds_the_right_family_in_several_versions(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder
) -> None:
    for rows in (1000, 100_000):
        run_folder(world_of(rows))
        found = json.loads(desk.tools.search_policies("retail Victoria return kitchen appliances", k=10))
        title = "Returns: kitchen appliances, retail customers in Victoria"
        family = [paper for paper in found["policies"] if paper["title"] == title]
        assert len({paper["valid_from"] for paper in family}) == 5
        assert len({paper["body"] for paper in family}) == 5


def test_every_tool_says_what_it_is_for_and_what_it_takes(desk: SimpleNamespace) -> None:
    for tool in desk.tools.TOOLS:
        function = desk.agent.specification(tool)["function"]
        assert function["description"]
        assert list(function["parameters"]["properties"]) == list(inspect.signature(tool).parameters)
