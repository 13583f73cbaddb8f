"""Whatever two sides say to each other, in whatever order, reaches the other side as the same bytes."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from agentprobe.adapters.orders import Orders
from agentprobe.domain.call import Kind
from agentprobe.mcp.conversation import Conversation
from agentprobe.mcp.lines import Lines
from agentprobe.mcp.messages import read
from agentprobe.mcp.relay import Direction, directions
from agentprobe.mcp.server import Server, name_of
from agentprobe.trace.read import read_trace

IDS = some.sampled_from([0, 1, 2, "1", "two", 3.5])
PARAMS = some.sampled_from(
    [{}, {"name": "find", "arguments": {"a": [1, {"b": None}]}}, {"requestId": 1}, {"x": "é"}]
)
METHODS = some.sampled_from(
    ["tools/call", "tools/list", "notifications/cancelled", "sampling/createMessage", "x/unknown", "ping"]
)


def line(**told: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **told}).encode() + b"\n"


REQUESTS = some.builds(
    lambda number, method, params: line(id=number, method=method, params=params), IDS, METHODS, PARAMS
)
NOTICES = some.builds(lambda method, params: line(method=method, params=params), METHODS, PARAMS)
RESULTS = some.builds(
    lambda number, value: line(id=number, result=value), IDS, some.sampled_from([{}, {"tools": 3}, None, 7])
)
ERRORS = some.builds(lambda number: line(id=number, error={"code": -1, "message": "no", "data": [1]}), IDS)
SINGLE = some.one_of(REQUESTS, NOTICES, RESULTS, ERRORS)
BATCHES = some.lists(SINGLE, min_size=1, max_size=4).map(
    lambda parts: b"[" + b" ,".join(parts).replace(b"\n", b"") + b"]\r\n"
)
ODD = some.sampled_from(
    [
        b"\n",
        b"hello\n",
        b'{"jsonrpc": "1.0"}\n',
        b"[1, 2]\n",
        b'{"jsonrpc":"2.0","id":1\n',
        b"\xff\xfe\n",
        b"[]\n",
        b'{"jsonrpc":"2.0","id":null,"method":"m"}\n',
    ]
)
SAID = some.lists(some.tuples(some.booleans(), some.one_of(SINGLE, BATCHES, ODD)), max_size=25)


class Line:
    """Both directions of a conversation, with what reached either end."""

    def __init__(self, orders: Orders | None = None) -> None:
        self.active = (orders or Orders(id="t")).open()
        self.conversation = Conversation(self.active, Server("desk"))
        self.at_server: list[bytes] = []
        self.at_client: list[bytes] = []
        ends = directions(self.conversation, self.at_server.append, self.at_client.append)
        self.client: Direction = ends[0]
        self.server: Direction = ends[1]

    async def say(self, *said: tuple[bool, bytes]) -> None:
        for by_client, text in said:
            await (self.client if by_client else self.server).heard(text)

    def over(self) -> None:
        self.client.leave()
        self.server.leave()


@settings(max_examples=300)
@given(SAID)
def test_any_interleaving_of_messages_passes_unchanged_and_in_order(said: list[tuple[bool, bytes]]) -> None:
    async def all_of_it() -> Line:
        both = Line()
        await both.say(*said)
        both.over()
        return both

    both = asyncio.run(all_of_it())
    assert both.at_server == [text for by_client, text in said if by_client]
    assert both.at_client == [text for by_client, text in said if not by_client]
    assert not both.conversation.defects


@given(some.binary(max_size=400), some.lists(some.integers(1, 60), max_size=20))
def test_however_bytes_come_in_the_lines_are_the_same(data: bytes, cuts: list[int]) -> None:
    lines, got, rest = Lines(), [], data
    for cut in cuts:
        got += [piece for piece, _ in lines.feed(rest[:cut])]
        rest = rest[cut:]
    got += [piece for piece, _ in lines.feed(rest)]
    assert [*got, lines.rest()] == [*(part + b"\n" for part in data.split(b"\n")[:-1]), data.split(b"\n")[-1]]


def test_a_line_without_an_end_passes_in_pieces_instead_of_filling_the_memory() -> None:
    lines = Lines(longest=10)
    assert list(lines.feed(b"0123456789ab")) == [(b"0123456789ab", False)]
    assert list(lines.feed(b"cd\nnext\n")) == [(b"cd\n", False), (b"next\n", True)]


def test_ten_thousand_calls_leave_nothing_behind() -> None:
    async def calls(both: Line, count: int) -> None:
        for number in range(count):
            await both.say(
                (True, line(id=number, method="tools/call", params={"name": "find", "arguments": {}})),
                (False, line(method="notifications/progress", params={"progress": 1})),
                (False, line(id=number, result={"content": [], "pad": "x" * 200})),
            )
            both.at_server.clear()
            both.at_client.clear()

    async def all_of_it() -> int:
        both = Line()
        await calls(both, 300)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        await calls(both, 10_000)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        return grown

    assert asyncio.run(all_of_it()) < 200_000


def test_a_batch_in_which_a_fault_strikes_goes_on_without_the_call_that_was_struck() -> None:
    async def all_of_it() -> Line:
        both = Line(Orders(id="t", schedule="tool_error@tool:find"))
        find = line(id=1, method="tools/call", params={"name": "find"}).strip()
        ping = line(id=2, method="ping").strip()
        await both.say((True, b"[" + find + b"," + ping + b"]\n"))
        await both.say((False, b"[" + line(id=2, result={}).strip() + b"]\n"))
        return both

    both = asyncio.run(all_of_it())
    (asked,) = both.at_server
    assert [message.method for message in read(asked)] == ["ping"]
    struck, answered = both.at_client
    assert json.loads(struck)["result"]["isError"] is True
    assert json.loads(answered)[0]["id"] == 2


def test_a_result_that_only_asks_back_is_no_effect(tmp_path: Path) -> None:
    async def all_of_it() -> None:
        both = Line(Orders(id="t", trace=tmp_path / "t.jsonl"))
        pay = {"name": "pay", "arguments": {"sum": 5}}
        await both.say(
            (True, line(id=1, method="tools/call", params=pay)),
            (False, line(id=1, result={"resultType": "input_required", "requestState": "x"})),
            (
                True,
                line(id=2, method="tools/call", params={**pay, "requestState": "x"}),
            ),
            (False, line(id=2, result={"resultType": "complete", "content": []})),
        )
        both.active.close()

    asyncio.run(all_of_it())
    assert read_trace(tmp_path / "t.jsonl").ledger().times() == {'pay {"sum":5}': 1}


def test_a_late_response_to_a_cancelled_call_still_passes() -> None:
    async def all_of_it() -> list[bytes]:
        both = Line()
        await both.say(
            (True, line(id=1, method="tools/call", params={"name": "find"})),
            (True, line(method="notifications/cancelled", params={"requestId": 1})),
            (False, line(id=1, result={"content": []})),
        )
        return both.at_client

    assert asyncio.run(all_of_it()) == [line(id=1, result={"content": []})]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("npx -y @modelcontextprotocol/server-filesystem /srv", "server-filesystem"),
        ("npx -y @modelcontextprotocol/server-memory@2026.8.31", "server-memory"),
        ("uvx mcp-server-git --repository .", "mcp-server-git"),
        ("python tools/desk.py", "desk"),
        ("docker run -i --rm mcp/time", "time"),
    ],
)
def test_a_server_that_nobody_named_is_called_after_its_program(command: str, name: str) -> None:
    assert name_of(command.split()) == name


def test_two_tools_of_the_same_name_can_be_told_apart_by_their_servers() -> None:
    (asked,) = read(line(id=1, method="tools/call", params={"name": "read", "arguments": {"a": 1}}))
    assert Server("files").call(asked).site == "tool:read"
    call = Server("files", qualified=True).call(asked)
    assert (call.kind, call.site, call.via) == (Kind.TOOL, "tool:files.read", "mcp:files")
