"""A tool that says it has written without a look."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import requests
from langchain_core.tools import tool
"""


def test_an_update_that_may_touch_no_row_is_found(found: Scan) -> None:
    code = """
@tool
def cancel_order(number: str) -> str:
    DATABASE.execute("UPDATE orders SET status = 'cancelled' WHERE number = ?", (number,))
    return f"Order {number} cancelled"
"""
    (finding,) = found(HEAD + code, "write-not-verified")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "whether any row was changed" in finding.message


def test_a_dropped_answer_is_found(found: Scan) -> None:
    code = """
@tool
def send_note(text: str) -> str:
    requests.post("https://notes.example/notes", json={"text": text}, timeout=9)
    return "Note sent successfully"
"""
    (finding,) = found(HEAD + code, "write-not-verified")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "what the server answered" in finding.message


def test_a_count_that_is_read_is_right(found: Scan) -> None:
    code = """
@tool
def cancel_order(number: str) -> str:
    done = DATABASE.execute("UPDATE orders SET status = 'cancelled' WHERE number = ?", (number,))
    if done.rowcount != 1:
        raise LookupError(number)
    return f"Order {number} cancelled"
"""
    assert not found(HEAD + code, "write-not-verified")


def test_an_answer_that_is_returned_is_read_by_the_model(found: Scan) -> None:
    code = """
@tool
def send_note(text: str) -> str:
    return requests.post("https://notes.example/notes", json={"text": text}, timeout=9).text
"""
    assert not found(HEAD + code, "write-not-verified")


def test_a_row_that_was_read_before_is_known_to_be_there(found: Scan) -> None:
    code = """
@tool
def cancel_order(number: str) -> str:
    if not DATABASE.execute("SELECT 1 FROM orders WHERE number = ?", (number,)).fetchone():
        raise LookupError(number)
    DATABASE.execute("UPDATE orders SET status = 'cancelled' WHERE number = ?", (number,))
    return "cancelled"
"""
    assert not found(HEAD + code, "write-not-verified")


def test_an_insert_fails_loudly(found: Scan) -> None:
    code = """
@tool
def add_note(text: str) -> str:
    DATABASE.execute("INSERT INTO notes (text) VALUES (?)", (text,))
    return "added"
"""
    assert not found(HEAD + code, "write-not-verified")
