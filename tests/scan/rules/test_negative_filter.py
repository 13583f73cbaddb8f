"""A filter that says what is not wanted."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from langchain_core.tools import tool
"""


def test_a_status_that_is_not_closed_is_found(found: Scan) -> None:
    code = """
@tool
def accounts() -> list:
    return DATABASE.execute("SELECT * FROM accounts WHERE status <> 'closed' ORDER BY id").fetchall()
"""
    (finding,) = found(HEAD + code, "negative-filter")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "status <> 'closed'" in finding.message


def test_a_comprehension_is_found(found: Scan) -> None:
    code = """
@tool
def accounts() -> list:
    return [one for one in STORE if one["status"] != "closed"]
"""
    (finding,) = found(HEAD + code, "negative-filter")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "closed" in finding.message


def test_a_query_of_documents_is_found(found: Scan) -> None:
    code = """
@tool
def accounts() -> list:
    return list(collection.find({"status": {"$ne": "closed"}}))
"""
    (finding,) = found(HEAD + code, "negative-filter")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "status is not" in finding.message


def test_leaving_out_what_is_deleted_is_right(found: Scan) -> None:
    code = """
@tool
def accounts() -> list:
    return DATABASE.execute("SELECT * FROM accounts WHERE status != 'deleted' ORDER BY id").fetchall()
"""
    assert not found(HEAD + code, "negative-filter")


def test_naming_what_is_wanted_is_right(found: Scan) -> None:
    code = """
@tool
def accounts() -> list:
    return [one for one in STORE if one["status"] == "active"]
"""
    assert not found(HEAD + code, "negative-filter")


def test_other_fields_may_differ(found: Scan) -> None:
    code = """
@tool
def others(name: str) -> list:
    return [one for one in STORE if one["name"] != "me"]
"""
    assert not found(HEAD + code, "negative-filter")
