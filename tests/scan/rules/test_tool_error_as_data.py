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
