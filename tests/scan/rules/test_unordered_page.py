"""A page that is cut out of no set order."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from langchain_core.tools import tool
"""


def test_a_limit_without_an_order_is_found(found: Scan) -> None:
    code = """
@tool
def open_tickets(most: int) -> list:
    return DATABASE.execute("SELECT * FROM tickets WHERE open = 1 LIMIT 50").fetchall()
"""
    (finding,) = found(HEAD + code, "unordered-page")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "first 50 rows" in finding.message


def test_a_query_of_an_orm_is_found(found: Scan) -> None:
    code = """
@tool
def open_tickets(most: int) -> list:
    return session.query(Ticket).filter_by(open=True).limit(50).all()
"""
    (finding,) = found(HEAD + code, "unordered-page")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "rows" in finding.message


def test_a_slice_of_a_folder_is_found(found: Scan) -> None:
    code = """
import os

@tool
def papers(most: int) -> list:
    return os.listdir("papers")[:most]
"""
    (finding,) = found(HEAD + code, "unordered-page")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "os.listdir" in finding.message


def test_an_order_is_right(found: Scan) -> None:
    code = """
@tool
def open_tickets() -> list:
    return DATABASE.execute("SELECT * FROM tickets ORDER BY id LIMIT 50").fetchall()
"""
    assert not found(HEAD + code, "unordered-page")


def test_one_row_is_no_page(found: Scan) -> None:
    code = """
@tool
def ticket(number: int) -> list:
    return DATABASE.execute("SELECT * FROM tickets WHERE id = ? LIMIT 1", (number,)).fetchall()
"""
    assert not found(HEAD + code, "unordered-page")


def test_an_order_that_is_put_in_is_not_guessed(found: Scan) -> None:
    code = """
@tool
def open_tickets(by: str) -> list:
    order = made(by)
    return DATABASE.execute(f"SELECT * FROM tickets {order} LIMIT 50").fetchall()
"""
    assert not found(HEAD + code, "unordered-page")


def test_a_search_by_likeness_has_its_own_order(found: Scan) -> None:
    code = """
@tool
def search(text: str) -> list:
    return DATABASE.execute("SELECT * FROM papers ORDER BY place <-> ? LIMIT 5", (text,)).fetchall()
"""
    assert not found(HEAD + code, "unordered-page")
