"""Real clients and servers of both generations, with `agentprobe mcp` between them over standard streams."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolResult,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitResult,
    TextContent,
)

from agentprobe.domain.call import LEFT, Kind

if TYPE_CHECKING:
    from tests.mcp.conftest import Desk

MODES = ["legacy", "auto"]


def words(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


@pytest.mark.parametrize("mode", MODES)
def test_a_client_finds_every_tool_and_the_trace_holds_each_call_once(desk: Desk, mode: str) -> None:
    async def use(client: Client) -> CallToolResult:
        await client.list_tools()
        await client.call_tool("cancel_order", {"order": "7"})
        return await client.call_tool("find_orders", {"customer": "ann"})

    found = desk.use(use, mode=mode)
    assert found.structured_content == {"result": ["ann-1", "ann-2"]}
    cancel, find = desk.trace.tool_calls
    assert (cancel.name, cancel.arguments) == ("cancel_order", {"order": "7"})
    assert cancel.result["content"][0]["text"] == "7 is cancelled"
    assert find.result["structuredContent"] == {"result": ["ann-1", "ann-2"]}
    assert cancel.call is not None
    assert find.call is not None
    assert (cancel.call.writes, find.call.writes) == (True, False)
    assert desk.trace.complete
    assert desk.trace.ended is not None
    assert desk.trace.ended.exit == 0


@pytest.mark.parametrize(("mode", "revision"), [("legacy", "2025-11-25"), ("auto", "2026-07-28")])
def test_the_trace_says_which_server_it_was_and_which_revision_was_spoken(
    desk: Desk, mode: str, revision: str
) -> None:
    desk.options = ("--name", "front")
    desk.use(lambda client: client.list_tools(), mode=mode)
    (server,) = desk.trace.servers
    assert (server.name, server.software, server.revision) == ("front", "desk 1.2", revision)
    assert "find_orders" in server.tools


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (("--redact", "ann-?[0-9]*"), "[redacted:own_1:"),
        (("--redact-key", "customer"), '"customer":"[redacted:customer:'),
        (("--no-content",), '"content":false'),
    ],
)
def test_own_rules_hold_for_what_a_tool_server_says(desk: Desk, options: tuple[str, ...], kept: str) -> None:
    async def use(client: Client) -> CallToolResult:
        return await client.call_tool("find_orders", {"customer": "ann"})

    desk.options = options
    desk.use(use)
    text = desk.trace_file.read_text()
    assert '"customer":"ann"' not in text
    assert kept in text


def test_a_tool_that_is_called_before_any_list_counts_as_a_write(desk: Desk) -> None:
    async def use(client: Client) -> None:
        await client.session.send_ping()
        await client.session.call_tool("fail", {})

    desk.use(use, mode="legacy")
    assert [call.writes for call in desk.trace.calls if call.kind is Kind.TOOL] == [True]


def test_a_result_that_says_it_failed_and_an_error_of_the_protocol_are_told_apart(desk: Desk) -> None:
    async def use(client: Client) -> CallToolResult:
        with pytest.raises(MCPError):
            await client.session.send_request(_unknown_method(), CallToolResult)
        return await client.call_tool("fail", {})

    failed = desk.use(use, mode="legacy")
    assert failed.is_error
    (fail,) = desk.trace.tool_calls
    assert fail.error.startswith("ToolFailed: ")
    assert "fail" in fail.error
    assert fail.result["isError"] is True
    assert desk.trace.servers[0].refused == (("desk/unheard_of", "Method not found"),)


def _unknown_method() -> Any:
    from mcp_types import Request

    return Request(method="desk/unheard_of", params=None)


def test_resources_prompts_and_progress_pass_and_are_recorded(desk: Desk) -> None:
    heard: list[float] = []

    async def use(client: Client) -> str:
        async def progress(progress: float, total: float | None, message: str | None) -> None:
            heard.append(progress)

        await client.read_resource("desk://drawer")
        await client.get_prompt("greet", {"name": "Ann"})
        return words(await client.call_tool("count", {"to": 3}, progress_callback=progress))

    assert desk.use(use, mode="legacy") == "3"
    assert heard == [0, 1, 2]
    (server,) = desk.trace.servers
    assert server.asked == {"resources/read": 1, "prompts/get": 1}
    assert server.asked_back["notifications/progress"] == 3


def test_a_server_may_ask_the_agents_model_and_its_user(desk: Desk) -> None:
    async def sample(context: Any, params: CreateMessageRequestParams) -> CreateMessageResult:
        return CreateMessageResult(
            role="assistant", content=TextContent(type="text", text="order 7"), model="mine"
        )

    async def elicit(context: Any, params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"sure": True})

    async def use(client: Client) -> tuple[str, str]:
        asked = words(await client.call_tool("ask_model", {}))
        return asked, words(await client.call_tool("ask_person", {}))

    answers = desk.use(use, mode="legacy", sampling_callback=sample, elicitation_callback=elicit)
    assert answers == ("order 7", "accept")
    back = [call for call in desk.trace.calls if call.record.purpose == "server"]
    assert [call.name for call in back] == ["sampling/createMessage", "elicitation/create"]
    assert back[0].value["result"]["content"]["text"] == "order 7"


def test_a_cancelled_call_is_cancelled_at_the_server_and_recorded_as_left(desk: Desk) -> None:
    async def use(client: Client) -> str:
        waiting = asyncio.create_task(client.call_tool("wait", {}))
        await desk.recorded(b'"site":"tool:wait"')
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return words(await client.call_tool("cancel_order", {"order": "8"}))

    assert desk.use(use, mode="legacy") == "8 is cancelled"
    wait = desk.trace.tool_calls[0].call
    assert wait is not None
    assert LEFT in wait.marks
    assert "notifications/cancelled" in desk.trace.servers[0].asked


def test_a_server_that_dies_in_the_middle_of_a_call_leaves_the_call_cut_off_and_its_exit_code(
    desk: Desk,
) -> None:
    async def use(client: Client) -> None:
        with pytest.raises(MCPError, match="closed"):
            await client.call_tool("die", {})

    desk.use(use, mode="legacy")
    (die,) = desk.trace.tool_calls
    assert die.error.startswith("CutOff: ")
    assert desk.trace.ended is not None
    assert desk.trace.ended.exit == 3


def test_a_tool_list_that_changes_during_the_run_is_said(desk: Desk) -> None:
    async def use(client: Client) -> None:
        await client.list_tools()
        await client.call_tool("add_tool", {})
        await client.list_tools(cache_mode="bypass")

    desk.use(use, mode="legacy")
    (drift,) = desk.trace.servers[0].drifts
    assert (drift.added, drift.gone, drift.changed) == (("newcomer",), (), ())


def test_what_a_server_does_by_itself_is_no_part_of_the_agents_session(desk: Desk, tmp_path: Path) -> None:
    orders = {"id": "whole", "trace": str(tmp_path / "whole.jsonl")}
    desk.env = {"AGENTPROBE_SESSION": json.dumps(orders)}

    async def use(client: Client) -> str:
        return words(await client.call_tool("session_variable", {}))

    assert desk.use(use) == "nothing"
    desk.trace_file = tmp_path / "whole.jsonl"
    assert [call.name for call in desk.trace.tool_calls] == ["session_variable"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_server_and_its_end_is_passed_on(desk: Desk, number: signal.Signals) -> None:
    desk.words = ("sh", "-c", "trap 'exit 9' TERM INT; echo ready; while :; do read -r line; done")
    with subprocess.Popen(desk.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(number)
        assert child.wait(PATIENCE_SECONDS) == 9


def test_what_a_server_says_on_standard_error_passes(desk: Desk) -> None:
    desk.words = ("sh", "-c", "echo oh >&2; exit 4")
    done = subprocess.run(desk.command, input=b"", capture_output=True, timeout=PATIENCE_SECONDS)
    assert (done.returncode, done.stdout, done.stderr) == (4, b"", b"oh\n")


def test_a_server_that_cannot_be_started_is_named(desk: Desk) -> None:
    desk.words = ("no-such-server",)
    done = subprocess.run(desk.command, input=b"", capture_output=True, timeout=PATIENCE_SECONDS)
    assert done.returncode == 2
    assert b"'no-such-server'" in done.stderr


PATIENCE_SECONDS = 60
