"""Real clients and servers of both generations, with `agentprobe mcp --url` between them over HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolResult,
    CreateMessageRequestParams,
    CreateMessageResult,
    TextContent,
    ToolListChangedNotification,
)

from agentprobe.domain.call import LEFT
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.mcp.conftest import T, Use

DESK = Path(__file__).with_name("desk.py")
MODES = ["legacy", "auto"]
FORMS = [(), ("json_response",)]


@contextmanager
def started(*command: str) -> Iterator[str]:
    """A process, and the first line that it says; it ends with the test."""
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.terminate()


class Way:
    """A way to the desk over HTTP, and the trace of it."""

    def __init__(self, trace_file: Path) -> None:
        self.trace_file = trace_file

    def use(
        self,
        use: Use[T],
        *options: str,
        form: tuple[str, ...] = (),
        mode: Any = "auto",
        http: httpx2.AsyncClient | None = None,
        **callbacks: Any,
    ) -> T:
        async def all_of_it(url: str) -> T:
            transport = streamable_http_client(url, http_client=http)
            async with http or nullcontext(), Client(transport, mode=mode, **callbacks) as client:
                return await use(client)

        with self.opened(*options, form=form) as url:
            return asyncio.run(asyncio.wait_for(all_of_it(url), 60))

    @contextmanager
    def opened(self, *options: str, form: tuple[str, ...] = ()) -> Iterator[str]:
        """The address at which the desk can be reached."""
        mine = ("-m", "agentprobe.cli", "mcp", "--out", str(self.trace_file), "--name", "desk", *options)
        with (
            started(str(DESK), "http", *form) as port,
            started(*mine, "--url", f"http://127.0.0.1:{port}/mcp") as url,
        ):
            yield url


@pytest.fixture
def way(tmp_path: Path) -> Way:
    return Way(tmp_path / "http.jsonl")


def words(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("mode", "revision"), [("legacy", "2025-11-25"), ("auto", "2026-07-28")])
def test_a_client_finds_every_tool_over_http(
    way: Way, mode: str, revision: str, form: tuple[str, ...]
) -> None:
    async def use(client: Client) -> CallToolResult:
        await client.list_tools()
        await client.call_tool("cancel_order", {"order": "7"})
        return await client.call_tool("find_orders", {"customer": "ann"})

    assert way.use(use, mode=mode, form=form).structured_content == {"result": ["ann-1", "ann-2"]}
    trace = read_trace(way.trace_file)
    assert [use.name for use in trace.tool_calls] == ["cancel_order", "find_orders"]
    assert [use.call.writes for use in trace.tool_calls if use.call] == [True, False]
    assert trace.tool_calls[0].result["content"][0]["text"] == "7 is cancelled"
    (server,) = trace.servers
    assert (server.software, server.revision) == ("desk 1.2", revision)
    assert trace.complete


@pytest.mark.parametrize("mode", MODES)
def test_progress_comes_live_before_the_result(way: Way, mode: str) -> None:
    heard: list[float] = []

    async def use(client: Client) -> str:
        async def progress(progress: float, total: float | None, message: str | None) -> None:
            heard.append(progress)

        return words(await client.call_tool("count", {"to": 3}, progress_callback=progress))

    assert way.use(use, mode=mode) == "3"
    assert heard == [0, 1, 2]
    assert read_trace(way.trace_file).servers[0].asked_back["notifications/progress"] == 3


def test_a_server_may_ask_the_agents_model_over_http(way: Way) -> None:
    async def sample(context: Any, params: CreateMessageRequestParams) -> CreateMessageResult:
        return CreateMessageResult(
            role="assistant", content=TextContent(type="text", text="order 7"), model="mine"
        )

    async def use(client: Client) -> str:
        return words(await client.call_tool("ask_model", {}))

    assert way.use(use, mode="legacy", sampling_callback=sample) == "order 7"
    (asked,) = [call for call in read_trace(way.trace_file).calls if call.name == "sampling/createMessage"]
    assert asked.value["result"]["content"]["text"] == "order 7"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", MODES)
def test_faults_strike_servers_over_http_in_their_own_form(
    way: Way, mode: str, form: tuple[str, ...]
) -> None:
    async def use(client: Client) -> tuple[bool, Any]:
        failed = await client.call_tool("cancel_order", {"order": "1"})
        empty = await client.call_tool("find_orders", {"customer": "a"})
        return failed.is_error, empty.structured_content

    schedule = "tool_error@tool:cancel_order, empty_result@tool:find_orders"
    assert way.use(use, "--fault", schedule, mode=mode, form=form) == (True, {"result": []})


@pytest.mark.parametrize("fault", ["", "oversized_result(times=2)@tool"])
def test_a_response_that_comes_in_a_resumed_stream_ends_its_call(way: Way, fault: str) -> None:
    async def use(client: Client) -> str:
        return words(await client.call_tool("break_off", {}))

    told = way.use(use, "--fault", fault, mode="legacy", form=("resumable",))
    assert told == ("here again\nhere again" if fault else "here again")
    (call,) = read_trace(way.trace_file).tool_calls
    assert call.error == ""
    assert call.result["content"][0]["text"] == told


def test_keys_reach_the_server_and_stay_out_of_the_trace(way: Way) -> None:
    async def use(client: Client) -> None:
        await client.list_tools()

    http = httpx2.AsyncClient(headers={"authorization": "Bearer sk-very-secret-0123456789"})
    way.use(use, http=http)
    assert b"very-secret" not in way.trace_file.read_bytes()


@pytest.mark.parametrize("mode", MODES)
def test_a_client_that_hangs_up_has_left_the_call(way: Way, mode: str) -> None:
    async def use(client: Client) -> str:
        waiting = asyncio.create_task(client.call_tool("wait", {}))
        while b'"name":"wait"' not in way.trace_file.read_bytes():  # noqa: ASYNC110 - written by another process
            await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return words(await client.call_tool("cancel_order", {"order": "8"}))

    assert way.use(use, mode=mode) == "8 is cancelled"
    wait = next(use for use in read_trace(way.trace_file).tool_calls if use.name == "wait")
    assert wait.call is not None
    assert LEFT in wait.call.marks


def test_wrapped_settings_are_served_and_lead_to_the_server(tmp_path: Path) -> None:
    settings, trace = tmp_path / "settings.json", tmp_path / "served.jsonl"
    agentprobe = ("-m", "agentprobe.cli", "mcp")
    with started(str(DESK), "http") as port, socket.create_server(("127.0.0.1", 0)) as free:
        far = {"type": "http", "url": f"http://127.0.0.1:{port}/mcp"}
        settings.write_text(json.dumps({"mcpServers": {"far": far}}))
        here = str(free.getsockname()[1])
        free.close()
        wrapped = [sys.executable, *agentprobe, "wrap", str(settings), "--port", here]
        subprocess.run(wrapped, check=True, capture_output=True, timeout=60)
        with started(*agentprobe, "serve", str(settings), "--out", str(trace)) as url:
            assert json.loads(settings.read_text())["mcpServers"]["far"]["url"] == url

            async def use() -> str:
                async with Client(streamable_http_client(url)) as client:
                    return words(await client.call_tool("cancel_order", {"order": "5"}))

            assert asyncio.run(asyncio.wait_for(use(), 60)) == "5 is cancelled"
    assert [use.call.record.via for use in read_trace(trace).tool_calls if use.call] == ["mcp:far"]


def test_a_wrong_token_opens_no_door(tmp_path: Path) -> None:
    mine = ("-m", "agentprobe.cli", "mcp", "--out", str(tmp_path / "t.jsonl"))
    with started(*mine, "--url", "http://127.0.0.1:9/mcp") as url:
        assert httpx2.get(url + "x").status_code == 404


async def three_times(client: Client) -> list[str]:
    got = []
    for number in range(3):
        try:
            got.append(words(await client.call_tool("cancel_order", {"order": str(number)})))
        except MCPError as error:
            got.append(error.error.message)
    return got


def test_a_restarted_server_knows_no_session_of_before(way: Way) -> None:
    fault = "server_restarted@tool:cancel_order:2"
    got = way.use(three_times, "--fault", fault, mode="legacy", form=("json_response",))
    assert got == ["0 is cancelled", "Session not found", "Session not found"]


def test_a_server_that_is_restarted_behind_its_work_breaks_its_stream_off(way: Way) -> None:
    fault = "server_restarted(done=true)@tool:cancel_order:2"
    first, broken, lost = way.use(three_times, "--fault", fault, mode="legacy")
    assert (first, lost) == ("0 is cancelled", "Session not found")
    assert "stream ended without" in broken
    assert read_trace(way.trace_file).ledger().times()['cancel_order {"order":"1"}'] == 1


def test_a_restarted_server_without_sessions_breaks_the_call_and_goes_on(way: Way) -> None:
    """The client gives up as a whole over a broken connection; the next one finds the server as it was."""

    async def one(url: str) -> list[str]:
        async with Client(streamable_http_client(url)) as client:
            return await three_times(client)

    with way.opened("--fault", "server_restarted(done=true)@tool:cancel_order:1") as url:
        with pytest.raises(BaseExceptionGroup) as raised:
            asyncio.run(asyncio.wait_for(one(url), 60))
        assert raised.group_contains(httpx2.RemoteProtocolError)
        assert asyncio.run(asyncio.wait_for(one(url), 60))[0] == "0 is cancelled"
    assert [use.name for use in read_trace(way.trace_file).tool_calls if use.error] == ["cancel_order"]


def test_tools_change_over_a_stream_of_events_and_the_client_is_told(way: Way) -> None:
    told: list[object] = []

    async def hear(message: object) -> None:
        told.append(message)

    async def use(client: Client) -> list[int]:
        first = (await client.list_tools()).tools
        while not told:  # noqa: ASYNC110 - the handler is called when the message comes
            await asyncio.sleep(0.01)
        return [len(first), len((await client.list_tools()).tools)]

    fault = ("--fault", "tools_changed@state:tools/list")
    before, after = way.use(use, *fault, mode="legacy", message_handler=hear)
    assert after == before - 1
    assert isinstance(told[0], ToolListChangedNotification)
