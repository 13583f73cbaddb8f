"""Faults on what tool servers give: what a real client is given, and how often a real server did its work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

if TYPE_CHECKING:
    from tests.mcp.conftest import Desk

MODES = pytest.mark.parametrize("mode", ["legacy", "auto"])
CANCEL = ("cancel_order", {"order": "a-1"})
FIND = ("find_orders", {"customer": "ann"})
Asking = tuple[str, dict[str, str]]


def words(result: CallToolResult) -> list[str]:
    return [block.text for block in result.content if isinstance(block, TextContent)]


@pytest.fixture
def ask(desk: Desk, tmp_path: Path) -> Callable[..., list[CallToolResult | MCPError]]:
    """Ask a real server with a fault in between; what came of each asking, protocol errors included."""
    desk.env = {"DESK_NOTES": str(tmp_path / "notes")}

    def asked(fault: str, *askings: Asking, mode: str = "auto") -> list[CallToolResult | MCPError]:
        desk.options = ("--fault", fault)

        async def use(client: Client) -> list[CallToolResult | MCPError]:
            await client.list_tools()
            return [await one(client, *asking) for asking in askings]

        return desk.use(use, mode=mode)

    async def one(client: Client, tool: str, arguments: dict[str, str]) -> CallToolResult | MCPError:
        try:
            return await client.call_tool(tool, arguments)
        except MCPError as error:
            return error

    return asked


@pytest.fixture
def notes(tmp_path: Path) -> Callable[[], list[str]]:
    """What the server has written down: each order that it has cancelled."""
    file = tmp_path / "notes"
    return lambda: file.read_text().split() if file.exists() else []


@MODES
def test_a_lost_reply_leaves_the_effect_and_the_clients_own_error(
    ask: Callable[..., list[CallToolResult | MCPError]], notes: Callable[[], list[str]], desk: Desk, mode: str
) -> None:
    (error,) = ask("reply_lost@tool", CANCEL, mode=mode)
    assert isinstance(error, MCPError)
    assert (error.error.code, error.error.message) == (-32000, "Connection closed")
    assert notes() == ["a-1"]
    assert desk.trace.ledger().times() == {'cancel_order {"order":"a-1"}': 1}


@MODES
def test_a_duplicate_is_written_down_twice(
    ask: Callable[..., list[CallToolResult | MCPError]], notes: Callable[[], list[str]], desk: Desk, mode: str
) -> None:
    (result,) = ask("duplicate_delivery@tool", CANCEL, mode=mode)
    assert isinstance(result, CallToolResult)
    assert words(result) == ["a-1 is cancelled"]
    assert notes() == ["a-1", "a-1"]
    assert desk.trace.ledger().times() == {'cancel_order {"order":"a-1"}': 2}


@MODES
def test_a_late_effect_comes_before_the_next_call(
    ask: Callable[..., list[CallToolResult | MCPError]], notes: Callable[[], list[str]], mode: str
) -> None:
    error, result = ask(
        "late_effect(seconds=0)@tool:cancel_order:1", CANCEL, ("cancel_order", {"order": "b-2"}), mode=mode
    )
    assert isinstance(error, MCPError)
    assert error.error.code == -32001
    assert isinstance(result, CallToolResult)
    assert words(result) == ["b-2 is cancelled"]
    assert notes() == ["a-1", "b-2"]


@MODES
def test_nothing_is_done_and_the_client_takes_the_success_for_one(
    ask: Callable[..., list[CallToolResult | MCPError]], notes: Callable[[], list[str]], mode: str
) -> None:
    done, undone = ask("silent_no_op@tool:2", CANCEL, ("cancel_order", {"order": "b-2"}), mode=mode)
    assert isinstance(done, CallToolResult)
    assert isinstance(undone, CallToolResult)
    assert (words(undone), undone.is_error) == (["b-2 is cancelled"], False)
    assert undone.structured_content == {"result": "b-2 is cancelled"}
    assert notes() == ["a-1"]


@MODES
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ('silent_no_op(answer="OK")', "OK"),
        ("error_as_result", "Error: connection to the database timed out"),
        ("rate_limit_as_result", "429 Too Many Requests: retry later, in 30 seconds"),
    ],
)
def test_a_made_up_success_fits_what_the_server_promised(
    ask: Callable[..., list[CallToolResult | MCPError]],
    notes: Callable[[], list[str]],
    mode: str,
    fault: str,
    said: str,
) -> None:
    (result,) = ask(f"{fault}@tool", CANCEL, mode=mode)
    assert isinstance(result, CallToolResult)
    assert (words(result), result.is_error) == ([said], False)
    assert not notes()


@pytest.mark.parametrize("fault", ["near_duplicate", "many_for_one", "permission_downgraded(sees=rows)"])
def test_lists_stay_the_same_in_words_and_as_data(
    ask: Callable[..., list[CallToolResult | MCPError]], fault: str
) -> None:
    (result,) = ask(f"{fault}@tool", FIND)
    assert isinstance(result, CallToolResult)
    assert result.structured_content == {"result": words(result)}
    assert len(words(result)) != 2


def test_half_a_character_is_a_line_that_the_client_cannot_read(desk: Desk) -> None:
    desk.options = ("--fault", "lone_surrogate@tool:cancel_order")

    async def use(client: Client) -> list[str]:
        with pytest.raises(MCPError):
            await client.call_tool(*CANCEL, read_timeout_seconds=0.3)
        return words(await client.call_tool(*FIND))

    assert desk.use(use, mode="legacy") == ["ann-1", "ann-2"]
