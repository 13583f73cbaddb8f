"""Faults on tool servers: what a real client is given is what a real server could have said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

if TYPE_CHECKING:
    from tests.mcp.conftest import Desk

MODES = ["legacy", "auto"]


def words(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


def struck(desk: Desk, fault: str, tool: str, *askings: dict[str, str], mode: str = "auto") -> CallToolResult:
    desk.options = ("--fault", fault)

    async def use(client: Client) -> CallToolResult:
        await client.list_tools()
        for arguments in askings[:-1]:
            await client.call_tool(tool, arguments)
        return await client.call_tool(tool, askings[-1])

    return desk.use(use, mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_a_tool_that_fails_says_so_in_its_result_and_did_nothing(
    desk: Desk, tmp_path: Path, mode: str
) -> None:
    desk.env = {"DESK_NOTES": str(tmp_path / "notes")}
    result = struck(
        desk, 'tool_error(message="no desk")@tool:cancel_order', "cancel_order", {"order": "1"}, mode=mode
    )
    assert (result.is_error, words(result)) == (True, "no desk")
    assert not (tmp_path / "notes").exists()
    (use,) = desk.trace.tool_calls
    assert use.call is not None
    assert use.call.marks == ("fault:tool_error",)
    assert not desk.trace.ledger().effects


def test_a_tool_that_fails_after_its_work_has_done_it(desk: Desk, tmp_path: Path) -> None:
    desk.env = {"DESK_NOTES": str(tmp_path / "notes")}
    result = struck(desk, "tool_error(after=true)@tool", "cancel_order", {"order": "1"})
    assert result.is_error
    assert (tmp_path / "notes").read_text() == "1\n"
    assert desk.trace.ledger().times() == {'cancel_order {"order":"1"}': 1}


def test_an_error_of_the_protocol_raises_in_the_client(desk: Desk) -> None:
    desk.options = ("--fault", 'tool_error(kind=protocol_error, message="gone")@tool')

    async def use(client: Client) -> int:
        with pytest.raises(MCPError, match="gone") as raised:
            await client.call_tool("find_orders", {"customer": "a"})
        return raised.value.error.code

    assert desk.use(use, mode="legacy") == -32603


@pytest.mark.parametrize("mode", MODES)
def test_an_emptied_result_is_empty_in_words_and_as_data(desk: Desk, mode: str) -> None:
    result = struck(desk, "empty_result@tool", "find_orders", {"customer": "ann"}, mode=mode)
    assert (result.is_error, result.structured_content) == (False, {"result": []})
    assert words(result) == ""


def test_an_oversized_result_is_longer_in_words_and_as_data(desk: Desk) -> None:
    result = struck(desk, "oversized_result(times=3)@tool", "find_orders", {"customer": "a"})
    assert result.structured_content == {"result": ["a-1", "a-2"] * 3}
    assert words(result).count("a-1") == 3


def test_a_stale_result_is_the_one_before_under_the_new_id(desk: Desk) -> None:
    result = struck(desk, "stale_result@tool:2", "find_orders", {"customer": "a"}, {"customer": "b"})
    assert result.structured_content == {"result": ["a-1", "a-2"]}


def test_latency_delays_one_call_and_lets_others_pass(desk: Desk) -> None:
    import anyio

    desk.options = ("--fault", "latency(seconds=0.4)@tool:find_orders")
    order: list[str] = []

    async def use(client: Client) -> None:
        async def call(name: str, **arguments: str) -> None:
            await client.call_tool(name, arguments)
            order.append(name)

        await client.list_tools()
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: call("find_orders", customer="a"))
            group.start_soon(lambda: call("cancel_order", order="1"))

    desk.use(use)
    assert order == ["cancel_order", "find_orders"]
    assert all(use.error == "" for use in desk.trace.tool_calls)


def test_a_hang_lasts_until_the_client_gives_up(desk: Desk) -> None:
    desk.options = ("--fault", "hang@tool:find_orders")

    async def use(client: Client) -> str:
        with pytest.raises(MCPError):
            await client.call_tool("find_orders", {"customer": "a"}, read_timeout_seconds=0.3)
        return words(await client.call_tool("cancel_order", {"order": "1"}))

    assert desk.use(use, mode="legacy") == "1 is cancelled"
    hung = desk.trace.tool_calls[0].call
    assert hung is not None
    assert hung.failed
    ended = desk.trace.ended
    assert ended is not None
    assert json.dumps(ended.facts["struck"]) == '["hang@c3"]'
