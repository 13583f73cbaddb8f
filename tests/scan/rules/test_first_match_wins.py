"""A tool that takes the first of several matches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from langchain_core.tools import tool
"""


def test_next_by_a_part_of_a_name_is_found(found: Scan) -> None:
    code = """
@tool
def find_customer(name: str) -> dict:
    return next((one for one in CUSTOMERS if name.lower() in one["name"].lower()), {})
"""
    (finding,) = found(HEAD + code, "first-match-wins")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "a part of name" in finding.message


def test_a_loop_one_call_away_is_found(found: Scan) -> None:
    code = """
def first(name):
    for one in STORE.rows():
        if one.title == name:
            return one

@tool
def find_policy(name: str) -> str:
    return first(name).text
"""
    (finding,) = found(HEAD + code, "first-match-wins")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "title" in finding.message


def test_one_row_of_a_like_is_found(found: Scan) -> None:
    code = """
@tool
def find_customer(name: str) -> tuple:
    return DATABASE.execute("SELECT * FROM customers WHERE name LIKE ?", (name,)).fetchone()
"""
    (finding,) = found(HEAD + code, "first-match-wins")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "a part of name" in finding.message


def test_a_unique_key_has_one_match(found: Scan) -> None:
    code = """
@tool
def find_customer(customer_id: str) -> dict:
    return next((one for one in CUSTOMERS if one["id"] == customer_id), {})
"""
    assert not found(HEAD + code, "first-match-wins")


def test_an_email_has_one_match(found: Scan) -> None:
    code = """
@tool
def find_customer(email: str) -> tuple:
    return DATABASE.execute("SELECT name FROM customers WHERE email = ?", (email,)).fetchone()
"""
    assert not found(HEAD + code, "first-match-wins")


def test_a_count_has_one_row(found: Scan) -> None:
    code = """
@tool
def count_customers(name: str) -> tuple:
    return DATABASE.execute("SELECT COUNT(*) FROM customers WHERE name LIKE ?", (name,)).fetchone()
"""
    assert not found(HEAD + code, "first-match-wins")


def test_all_matches_are_right(found: Scan) -> None:
    code = """
@tool
def find_customers(name: str) -> list:
    return [one for one in CUSTOMERS if name in one["name"]]
"""
    assert not found(HEAD + code, "first-match-wins")


def test_a_keyword_of_the_question_picks_no_row(found: Scan) -> None:
    code = """
@tool
def weather(city: str) -> str:
    for word in WORDS:
        if word in city:
            return "sunny"
    return "unknown"
"""
    assert not found(HEAD + code, "first-match-wins")


def test_other_code_is_no_tool(found: Scan) -> None:
    code = """
def find_customer(name):
    return next(one for one in CUSTOMERS if name in one["name"])
"""
    assert not found(HEAD + code, "first-match-wins")


def test_what_is_only_looked_at_on_the_way_is_not_the_answer(found: Scan) -> None:
    code = """
@tool
def read(name: str) -> str:
    known = next((one for one in SKILLS if one.name == name), None)
    if known is None:
        return "unknown"
    return text_of(name)
"""
    assert not found(HEAD + code, "first-match-wins")


KEPT = """
from mcp.server.fastmcp import FastMCP

server = FastMCP("lights")

@server.tool()
def scene_of(group_name: str) -> str:
    "Say which scene a group shows."
    for number, group in GROUPS.items():
        if {test}:
            chosen = number
            {then}
    return SCENES[chosen]
"""


def test_the_first_row_that_is_kept_by_its_name_is_found(found: Scan) -> None:
    (finding,) = found(KEPT.format(test='group["name"] == group_name', then="break"), "first-match-wins")
    assert (finding.place.line, finding.tier) == (10, Tier.INFERRED)


@pytest.mark.parametrize(
    ("test", "then"), [('group["id"] == group_name', "break"), ('group["name"] == group_name', "count += 1")]
)
def test_a_row_kept_by_its_key_or_the_last_of_many_is_not(found: Scan, test: str, then: str) -> None:
    assert not found(KEPT.format(test=test, then=then), "first-match-wins")
