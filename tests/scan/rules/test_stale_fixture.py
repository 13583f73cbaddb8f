"""Test data that was taken long ago."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from langchain_core.tools import tool

@tool
def find_orders(name: str) -> list:
    return [one for one in ORDERS if name in one["name"]]
"""


def test_rows_of_long_ago_are_found(found: Scan) -> None:
    code = """
ORDERS = [{"name": "Lamp", "day": "2019-03-02"}, {"name": "Desk", "day": "2019-04-11"}]
"""
    (finding,) = found(HEAD + code, "stale-fixture")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "2019-04-11" in finding.message


def test_one_new_row_is_enough(found: Scan) -> None:
    code = """
ORDERS = [{"name": "Lamp", "day": "2019-03-02"}, {"name": "Desk", "day": "2039-04-11"}]
"""
    assert not found(HEAD + code, "stale-fixture")


def test_rows_without_a_day_say_nothing_of_their_age(found: Scan) -> None:
    code = """
ORDERS = [{"name": "Lamp", "room": 1}, {"name": "Desk", "room": 2}]
"""
    assert not found(HEAD + code, "stale-fixture")


def test_a_file_without_a_date_is_a_hint(found: Scan) -> None:
    files = {"agent.py": HEAD + "ORDERS = []\n", "fixtures/orders.json": '[{"name": "Lamp", "room": 1}]'}
    (finding,) = found(files, "stale-fixture")
    assert (finding.place.path, finding.tier) == ("fixtures/orders.json", Tier.HINT)
