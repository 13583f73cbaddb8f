"""A tool that does not tell the model what it is for."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from typing import Annotated

from langchain_core.tools import tool
from pydantic import BaseModel, Field
"""


def test_a_tool_without_description_and_types_is_found(found: Scan) -> None:
    code = """
@tool
def book(room, when):
    return calendar.book(room, when)
"""
    (finding,) = found(HEAD + code, "untyped-or-vague")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "no type for room, when" in finding.message


def test_a_single_word_is_no_description(found: Scan) -> None:
    code = """
@tool(description="Book.")
def book(room: str) -> str:
    return calendar.book(room)
"""
    (finding,) = found(HEAD + code, "untyped-or-vague")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "'Book.'" in finding.message


def test_a_schema_of_its_own_counts(found: Scan) -> None:
    code = """
class Booking(BaseModel):
    room: str = Field(description="the room")

@tool(args_schema=Booking)
def book(room):
    \"\"\"Book a meeting room for one hour.\"\"\"
    return calendar.book(room)
"""
    assert not found(HEAD + code, "untyped-or-vague")


def test_what_the_framework_hands_in_needs_no_type(found: Scan) -> None:
    code = """
@tool
def book(room: Annotated[str, "the room"], config, runtime) -> str:
    \"\"\"Book a meeting room for one hour.\"\"\"
    return calendar.book(room)
"""
    assert not found(HEAD + code, "untyped-or-vague")


def test_a_description_made_elsewhere_counts(found: Scan) -> None:
    code = """
@tool(description=TEXTS["book"])
def book(room: str) -> str:
    return calendar.book(room)
"""
    assert not found(HEAD + code, "untyped-or-vague")
