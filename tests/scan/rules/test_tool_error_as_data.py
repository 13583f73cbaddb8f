"""A failed tool call that is given back as a result."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]


def test_an_mcp_tool_that_returns_its_error_is_found(found: Scan) -> None:
    code = """
    from mcp.server.fastmcp import FastMCP

    server = FastMCP("shop")

    @server.tool()
    def find(number: str) -> str:
        try:
            return store.find(number)
        except Exception as error:
            return f"Error: {error}"
    """
    (finding,) = found(code, "tool-error-as-data")
    assert (finding.place.line, finding.tier, finding.subject) == (11, Tier.PROVED, "find")


@pytest.mark.parametrize(
    ("made", "word"),
    [
        ('{"type": "tool_result", "tool_use_id": use.id, "content": str(error)}', '"is_error": True'),
        ("ToolMessage(content=f'failed: {error}', tool_call_id=call['id'])", 'status="error"'),
        ("types.CallToolResult(content=[text(error)])", "isError=True"),
    ],
)
def test_a_result_block_without_a_mark_is_found_and_marked(
    found: Scan, fixed: Callable[..., str], made: str, word: str
) -> None:
    code = f"""
from langchain_core.messages import ToolMessage
from mcp import types

def perform(use, call):
    try:
        return run(use)
    except Exception as error:
        return {made}
"""
    (finding,) = found(code, "tool-error-as-data")
    assert finding.place.line == 9
    after = fixed(code, finding)
    assert word in after
    assert not found(after, "tool-error-as-data")


def test_marked_results_raised_errors_and_protocols_without_a_mark_are_not(found: Scan) -> None:
    code = """
    from agents import function_tool
    from langchain_core.messages import ToolMessage
    from langchain_core.tools import tool

    @function_tool
    def find(number: str) -> str:
        try:
            return store.find(number)
        except Exception as error:
            return f"Error: {error}"

    @tool
    def price(number: str) -> str:
        "The price."
        try:
            return store.price(number)
        except LookupError:
            return "no order has that number"
        except Exception as error:
            raise ToolException(str(error)) from error

    def perform(call):
        try:
            return run(call)
        except Exception as error:
            return ToolMessage(content=str(error), tool_call_id=call["id"], status="error")
    """
    assert not found(code, "tool-error-as-data")


AFTER = """
from langchain_core.messages import ToolMessage

def run(state):
    call = state["messages"][-1].tool_calls[0]
    try:
        send(call["args"])
        message = "Sent."
    except Exception as error:
        {told}
    return {{"messages": [ToolMessage(content=message, tool_call_id=call["id"]{flag})]}}
"""


def test_a_message_made_after_the_handler_with_the_error_as_its_content_is_found(found: Scan) -> None:
    (finding,) = found(AFTER.format(told='message = f"Error: {error}"', flag=""), "tool-error-as-data")
    assert finding.place.line == 11


@pytest.mark.parametrize(
    ("told", "flag"),
    [("message = f'Error: {error}'", ", status=status"), ("raise", ""), ("message = retried(call)", "")],
)
def test_a_message_with_a_status_or_without_the_error_is_none(found: Scan, told: str, flag: str) -> None:
    assert not found(AFTER.format(told=told, flag=flag), "tool-error-as-data")


def test_a_list_that_holds_only_the_error_is_found(found: Scan) -> None:
    code = """
    from fastmcp import FastMCP

    server = FastMCP("lights")

    @server.tool
    def list_lights() -> list[str]:
        try:
            return bridge.names()
        except Exception as error:
            return [f"Error listing lights: {error}"]
    """
    (finding,) = found(code, "tool-error-as-data")
    assert finding.place.line == 11


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ('{"error": str(error)}', 1),
        ('json.dumps({"error": str(error)})', 1),
        ('json.dumps({"rows": [], "error": None})', 0),
        ('json.dumps({"rows": ROWS})', 0),
    ],
)
def test_an_error_under_a_key_of_its_own_is_data(given: str, count: int, found: Scan) -> None:
    code = f"""
    import json
    from mcp.server.fastmcp import FastMCP

    server = FastMCP("shop")

    @server.tool()
    def price(name: str):
        try:
            return look_up(name)
        except Exception as error:
            return {given}
    """
    assert len(found(code, "tool-error-as-data")) == count


@pytest.mark.parametrize(
    ("flag", "content", "count"),
    [
        ("", 'result.get("error") or result["text"]', 1),
        ('"is_error": "error" in result,', 'result.get("error") or result["text"]', 0),
        ("", 'result["text"]', 0),
    ],
)
def test_an_error_that_a_tool_gave_back_needs_its_flag(
    flag: str, content: str, count: int, found: Scan
) -> None:
    code = f"""
    import anthropic

    client = anthropic.Anthropic()

    def step(block):
        result = run(block.name, block.input)
        return {{"type": "tool_result", "tool_use_id": block.id, {flag} "content": {content}}}
    """
    assert len(found(code, "tool-error-as-data")) == count
