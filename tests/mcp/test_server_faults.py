"""Faults of tool servers themselves, as a real client meets them over standard streams."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent, ToolListChangedNotification

from agentprobe.chaos.canary import aftermath
from agentprobe.trace.view import Trace

if TYPE_CHECKING:
    from tests.mcp.conftest import Desk

MODES = ["legacy", "auto"]
CODES = [-32603, -32602, -32601, -32001, -32000]
PAGED = (sys.executable, str(Path(__file__).with_name("paged.py")))


def words(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


def struck_by(desk: Desk, schedule: str) -> Desk:
    desk.options = ("--fault", schedule)
    return desk


def receipts(trace: Trace) -> list[str]:
    assert trace.ended is not None
    return [str(name) for name in trace.ended.facts.get("struck", [])]


async def names(client: Client) -> list[str]:
    return [tool.name for tool in (await client.list_tools(cache_mode="refresh")).tools]


async def code_of(asking: Awaitable[Any]) -> tuple[int, str]:
    with pytest.raises(MCPError) as raised:
        await asking
    return raised.value.error.code, raised.value.error.message


# -- errors of the protocol ------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_an_error_of_the_protocol_raises_with_its_code_and_the_server_is_not_asked(
    desk: Desk, tmp_path: Path, mode: str
) -> None:
    desk.env = {"DESK_NOTES": str(tmp_path / "notes")}

    async def use(client: Client) -> list[tuple[int, str]]:
        told = [await code_of(client.list_tools())]
        told += [
            await code_of(client.call_tool("cancel_order", {"order": str(n)})) for n in range(len(CODES))
        ]
        assert words(await client.call_tool("cancel_order", {"order": "9"})) == "9 is cancelled"
        return told

    faults = [f"protocol_error(code={code})@tool:cancel_order:{n}" for n, code in enumerate(CODES, 1)]
    own = 'protocol_error(code=-32601, message="no tools here")@state:tools/list:1'
    listing, *told = struck_by(desk, ", ".join([own, *faults])).use(use, mode=mode)
    assert listing == (-32601, "no tools here")
    assert [code for code, _ in told] == CODES
    assert all(said for _, said in told)
    assert (tmp_path / "notes").read_text() == "9\n"


def test_a_notification_that_a_fault_takes_is_lost_and_the_session_goes_on(desk: Desk) -> None:
    async def use(client: Client) -> str:
        with pytest.raises(MCPError):
            await client.call_tool("wait", {}, read_timeout_seconds=0.3)
        return words(await client.call_tool("find_orders", {"customer": "a"}))

    schedule = "protocol_error@state:notifications/cancelled"
    assert struck_by(desk, schedule).use(use, mode="legacy") == "a-1a-2"


# -- a server that goes away -----------------------------------------------------------------------------


def test_a_stateless_server_comes_back_as_another_process_each_time_and_the_calls_are_lost(
    desk: Desk, tmp_path: Path
) -> None:
    desk.env = {"DESK_NOTES": str(tmp_path / "notes")}

    async def use(client: Client) -> tuple[list[str], list[str]]:
        await client.call_tool("add_tool", {})
        assert "newcomer" in await names(client)
        waiting = asyncio.create_task(client.call_tool("wait", {}))
        await desk.recorded(b'"site":"tool:wait"')
        got = []
        for number in range(5):
            try:
                got.append(words(await client.call_tool("cancel_order", {"order": str(number)})))
            except MCPError as error:
                got.append(f"{error.error.code} {error.error.message}")
            if not number:
                got.append(str((await code_of(waiting))[0]))
        return got, await names(client)

    schedule = "server_restarted@tool:cancel_order:1, server_restarted(done=true)@tool:cancel_order:3-4"
    got, listed = struck_by(desk, schedule).use(use)
    lost = "-32000 Connection closed"
    assert got == [lost, "-32000", "1 is cancelled", lost, lost, "4 is cancelled"]
    assert "newcomer" not in listed
    assert (tmp_path / "notes").read_text() == "1\n2\n3\n4\n"
    errors = [use.error for use in desk.trace.tool_calls if use.error]
    assert len(errors) == 4
    assert all("ended" in error for error in errors)
    assert desk.trace.complete
    assert desk.trace.ended is not None
    assert desk.trace.ended.exit == 0


def test_a_server_of_the_older_revisions_wants_to_be_greeted_anew_and_one_list_is_no_change(
    desk: Desk,
) -> None:
    async def use(client: Client) -> tuple[int, str]:
        await client.list_tools()
        await code_of(client.call_tool("find_orders", {"customer": "a"}))
        return await code_of(client.call_tool("find_orders", {"customer": "a"}))

    schedule = "server_restarted@tool:1, tools_changed@state:tools/list, rug_pull@state:tools/list"
    code, said = struck_by(desk, schedule).use(use, mode="legacy")
    assert code == -32602
    assert said
    (receipt,) = receipts(desk.trace)
    assert receipt.startswith("server_restarted@")


# -- lists that say something else -----------------------------------------------------------------------


async def refused(client: Client, tool: str) -> str:
    """How the server refuses a tool, in whichever form it does."""
    try:
        result = await client.call_tool(tool, {"order": "1"})
    except MCPError as error:
        return error.error.message
    assert result.is_error
    return words(result)


def test_what_a_list_says_holds_for_the_calls_that_follow_it(desk: Desk, tmp_path: Path) -> None:
    """A renamed tool works under its new name alone, a vanished one not at all, a shadow for another."""
    desk.env = {"DESK_NOTES": str(tmp_path / "notes")}

    async def use(client: Client) -> tuple[list[dict[str, str]], list[str], str, str]:
        lists = [(await client.list_tools(cache_mode="refresh")).tools for _ in range(2)]
        told = [{tool.name: tool.description or "" for tool in tools} for tools in lists]
        (shadow,) = [name for name in told[0] if name.startswith("cancel_order_") and name[-2:] != "v2"]
        schemas = {tool.name: tool.input_schema for tool in lists[0]}
        assert schemas[shadow] == schemas["cancel_order_v2"]
        assert words(await client.call_tool(shadow, {"order": "3"})) == "3 is cancelled"
        assert words(await client.call_tool("cancel_order_v2", {"order": "2"})) == "2 is cancelled"
        found = await client.call_tool("find_orders", {"customer": "ann"})
        assert found.structured_content is not None
        assert [b.text for b in found.content if isinstance(b, TextContent)] == found.structured_content[
            "result"
        ]
        refusals = [await refused(client, name) for name in ("cancel_order", "fail", "never_there")]
        return told, refusals, shadow, found.structured_content["result"][-1]

    listing = [
        "tool_renamed(tool=cancel_order)",
        "tool_vanished(tool=fail)",
        "tool_shadowed(tool=cancel_order)",
        "poisoned_description(tool=find_orders)",
        "rug_pull(tool=count)",
    ]
    faults = [f"{fault}@state:tools/list" for fault in listing]
    schedule = ", ".join([*faults, "injected_result(wanted=cancel_order)@tool:find_orders"])
    (first, second), refusals, shadow, injected = struck_by(desk, schedule).use(use)
    assert "cancel_order_v2" in first
    assert not {"cancel_order", "fail"} & set(first)
    assert "cancel_order" in first[shadow]
    *refused_now, unknown = refusals
    assert refused_now == [unknown.replace("never_there", name) for name in ("cancel_order", "fail")]
    assert first["find_orders"].startswith("Find a customer's orders.\n\n")
    assert first["count"] == "Count, and say so."
    assert "ap-" in second["count"]
    assert [name for name in first if first[name] != second[name]] == ["count"]
    assert [name for name in first if "ap-" in first[name]] == ["find_orders"]
    assert "cancel_order" in injected
    assert (tmp_path / "notes").read_text() == "3\n2\n"
    calls = [(use.name, use.arguments) for use in desk.trace.tool_calls]
    assert aftermath(shadow, calls=calls).called == (shadow,)
    (canary,) = re.findall("ap-[0-9a-f]{12}", injected)
    assert not aftermath(canary, calls=calls).harmed


def test_tools_change_behind_the_first_list_and_the_client_is_told(desk: Desk) -> None:
    told: list[object] = []

    async def hear(message: object) -> None:
        told.append(message)

    async def use(client: Client) -> list[dict[str, str]]:
        first = (await client.list_tools()).tools
        while not told:  # noqa: ASYNC110 - the handler is called when the message comes
            await asyncio.sleep(0.01)
        lists = [first, (await client.list_tools()).tools]
        return [{tool.name: tool.description or "" for tool in tools} for tools in lists]

    concerned = {"removed": "fail", "added": "cancel_order", "redescribed": "count"}
    faults = [f"tools_changed(how={how}, tool={tool})@state:tools/list" for how, tool in concerned.items()]
    first, second = struck_by(desk, ", ".join(faults)).use(use, mode="legacy", message_handler=hear)
    assert isinstance(told[0], ToolListChangedNotification)
    assert set(first) - set(second) == {"fail"}
    assert set(second) - set(first) == {"cancel_order_batch"}
    assert second["count"].startswith(first["count"] + " Deprecated")
    (notice,) = [call for call in desk.trace.calls if call.name == "notifications/tools/list_changed"]
    assert notice.record.purpose == "server"
    assert len(receipts(desk.trace)) == 3


def test_a_list_loses_its_later_pages(desk: Desk) -> None:
    async def use(client: Client) -> list[list[str]]:
        found = []
        for _ in range(2):
            page = await client.list_tools(cache_mode="refresh")
            names = [tool.name for tool in page.tools]
            while page.next_cursor is not None:
                page = await client.list_tools(cursor=page.next_cursor, cache_mode="refresh")
                names += [tool.name for tool in page.tools]
            found.append(names)
        return found

    desk.words = PAGED
    cut, whole = struck_by(desk, "listing_cut@state:tools/list:1").use(use)
    assert (cut, whole) == (["first", "second"], ["first", "second", "third"])
