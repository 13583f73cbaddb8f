"""Answers in pieces: passed on as they come, never faster than they are read, broken off as they break."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from agentprobe.domain.call import LEFT, Call, Outcome
from agentprobe.domain.wire import HttpReply
from agentprobe.errors import CutOff
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage

if TYPE_CHECKING:
    from tests.gateway.conftest import Client, Opening, Provider, Seen, Wire

Connect = Callable[..., "Client"]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Watch:
    """A room that keeps what it saw."""

    place = Place.AGENT_SIDE

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.outcomes: list[Outcome] = []
        self.done = threading.Event()

    def intercept(self, call: Call) -> Passage:
        self.calls.append(call)
        try:
            outcome = yield call
            self.outcomes.append(outcome)
            return outcome
        finally:
            self.done.set()


def test_the_first_chunk_arrives_before_the_second_is_sent(provider: Provider, connect: Connect) -> None:
    read = threading.Event()

    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(STREAM + framed(b"data: 1\n\n"))
        await wire.wait(read)
        await wire.send(framed(DONE) + b"0\r\n\r\n")

    provider.script = script
    client = connect()
    client.ask()
    assert client.until(b"\r\n\r\n").startswith(b"HTTP/1.1 200")
    assert client.chunk() == b"data: 1\n\n"
    read.set()
    assert client.chunk() == DONE


def test_the_head_arrives_before_the_first_chunk_is_sent(provider: Provider, connect: Connect) -> None:
    read = threading.Event()

    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(STREAM)
        await wire.wait(read)
        await wire.send(b"0\r\n\r\n")

    provider.script = script
    client = connect()
    client.ask()
    assert client.until(b"\r\n\r\n").startswith(b"HTTP/1.1 200")
    read.set()


def test_hundreds_of_streams_flow_at_once(provider: Provider, connect: Connect, opening: Opening) -> None:
    url, count = opening(), 300
    under_way, everybody = [0], threading.Event()

    async def script(seen: Seen, wire: Wire) -> None:
        under_way[0] += 1
        if under_way[0] == count:
            everybody.set()
        await wire.send(STREAM + framed(b"data: " + seen.body + b"\n\n"))
        await wire.wait(everybody)
        await wire.send(framed(DONE) + b"0\r\n\r\n")

    provider.script = script
    clients = [connect(url) for _ in range(count)]
    for number, client in enumerate(clients):
        client.ask(body=b"%d" % number)
    for number, client in enumerate(clients):
        assert client.reply()[2] == b"data: %d\n\n" % number + DONE


def test_a_client_that_leaves_ends_the_call_at_the_provider(
    provider: Provider, connect: Connect, opening: Opening
) -> None:
    watch = Watch()

    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(STREAM + framed(b"data: 1\n\n"))
        await asyncio.sleep(30)

    provider.script = script
    client = connect(opening(lambda _: watch))
    client.ask()
    client.until(b"data: 1\n\n")
    client.close()
    assert provider.closed.wait(5)
    assert watch.done.wait(5)
    assert watch.outcomes[0].marks == (LEFT,)


def test_a_client_that_leaves_before_the_answer_ends_the_call_too(
    provider: Provider, connect: Connect, opening: Opening
) -> None:
    watch = Watch()
    asked = threading.Event()

    async def script(_: Seen, wire: Wire) -> None:
        asked.set()
        await asyncio.sleep(30)

    provider.script = script
    client = connect(opening(lambda _: watch))
    client.ask()
    assert asked.wait(5)
    client.close()
    assert provider.closed.wait(5)
    assert watch.done.wait(5)
    assert watch.outcomes[0].value is None
    assert LEFT in watch.outcomes[0].marks


def test_leaving_after_the_terminator_is_no_cancellation(
    provider: Provider, connect: Connect, opening: Opening
) -> None:
    """SDKs close the connection on [DONE], before the end of the framing has come."""
    watch, left = Watch(), threading.Event()
    answer = b'data: {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}\n\n'

    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(STREAM + framed(answer + DONE))
        await wire.wait(left)
        await asyncio.sleep(0.05)
        await wire.send(b"0\r\n\r\n")

    provider.script = script
    client = connect(opening(lambda _: watch))
    client.ask()
    client.until(DONE)
    client.close()
    left.set()
    assert watch.done.wait(5)
    assert watch.outcomes[0].marks == ()
    assert watch.outcomes[0].ok
    assert watch.outcomes[0].value.body == answer + DONE


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("framing", ["chunks", "length"])
def test_a_provider_that_dies_in_the_middle_breaks_the_agents_answer(
    provider: Provider, connect: Connect, opening: Opening, how: str, framing: str
) -> None:
    watch = Watch()
    body = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"

    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(STREAM + framed(b"half") if framing == "chunks" else body)
        await asyncio.sleep(0.05)
        getattr(wire, how)()

    provider.script = script
    client = connect(opening(lambda _: watch))
    client.ask()
    came = client.rest()
    assert came.endswith(framed(b"half") if framing == "chunks" else b"half")
    assert watch.done.wait(5)
    assert isinstance(watch.outcomes[0].error, CutOff)
    assert watch.outcomes[0].value.body == b"half"


def test_a_broken_answer_of_unknown_length_is_told_from_a_whole_one(
    provider: Provider, connect: Connect
) -> None:
    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(STREAM + framed(b"half"))
        wire.close()

    provider.script = script
    client = connect()
    client.send(f"POST {client.path}/v1/chat/completions HTTP/1.0\r\nContent-Length: 2\r\n\r\n{{}}".encode())
    with pytest.raises(ConnectionResetError):
        client.rest()


def test_a_provider_that_hangs_up_on_a_fresh_connection_hangs_up_on_the_agent(
    provider: Provider, connect: Connect
) -> None:
    async def script(_: Seen, wire: Wire) -> None:
        wire.close()

    provider.script = script
    client = connect()
    client.ask()
    assert client.rest() == b""
    assert len(provider.seen) == 1


def test_a_provider_that_does_not_speak_http_hangs_up_on_the_agent(
    provider: Provider, connect: Connect
) -> None:
    provider.says(b"SSH-2.0-OpenSSH\r\n")
    client = connect()
    client.ask()
    assert client.rest() == b""


def test_a_connection_that_the_provider_closed_while_idle_is_not_missed(
    provider: Provider, connect: Connect
) -> None:
    closed = threading.Event()

    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        wire.close()
        await wire.writer.wait_closed()
        closed.set()

    provider.script = script
    client = connect()
    for number in range(20):
        client.ask()
        assert client.reply()[0] == 200
        assert closed.wait(5)
        closed.clear()
        assert len(provider.seen) == number + 1


@pytest.mark.parametrize(("method", "times"), [("POST", 1), ("GET", 2)])
def test_only_what_may_be_carried_out_twice_is_sent_twice(
    provider: Provider, connect: Connect, method: str, times: int
) -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        if seen.line.startswith("POST /first"):
            await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        else:
            wire.reset()

    provider.script = script
    client = connect()
    client.ask("/first")
    assert client.reply()[0] == 200
    client.ask("/second", b"", method=method)
    assert client.rest() == b""
    assert [seen.line.split(" ")[1] for seen in provider.seen] == ["/first", *["/second"] * times]


def test_connections_to_the_provider_are_used_again(
    provider: Provider, connect: Connect, opening: Opening
) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    url = opening()
    for _ in range(10):
        client = connect(url)
        client.ask()
        assert client.reply()[0] == 200
        client.close()
    assert provider.connections == 1


def test_an_agent_that_reads_slowly_slows_the_provider_down(provider: Provider, connect: Connect) -> None:
    sent = [0]
    total, part = 64 * 1024 * 1024, framed(b"x" * 65536)

    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(STREAM)
        while sent[0] < total:
            wire.writer.write(part)
            await wire.writer.drain()
            sent[0] += 65536
        await wire.send(b"0\r\n\r\n")

    provider.script = script
    client = connect()
    client.ask()
    client.until(b"\r\n\r\n")
    previous = -1
    while previous != sent[0]:
        previous = sent[0]
        threading.Event().wait(0.1)
    assert sent[0] < total / 2
    size = 0
    while data := client.link.recv(1 << 20):
        size += len(data)
        if data.endswith(b"0\r\n\r\n"):
            break
    assert size >= total


def test_a_provider_out_of_reach_is_named_in_the_words_of_its_protocol(
    gateway: Any, connect: Connect
) -> None:
    import json

    from agentprobe.adapters.orders import Orders

    opened = Orders(id="x").open()
    for path, provider in (("/v1/chat/completions", "openai"), ("/v1/messages", "anthropic")):
        client = connect(gateway.open_session(opened, {provider: "http://127.0.0.1:1"}))
        client.ask(path)
        status, _, body = client.reply()
        assert status == 502
        assert "cannot reach http://127.0.0.1:1" in json.loads(body)["error"]["message"]


def test_a_held_answer_comes_whole_and_unchanged(
    provider: Provider, connect: Connect, opening: Opening
) -> None:
    class Hold:
        place = Place.GUARD

        def intercept(self, call: Call) -> Passage:
            outcome = yield call.hold()
            assert isinstance(outcome.value, HttpReply)
            return outcome

    provider.says(STREAM, framed(b"data: 1\n\n"), framed(DONE), b"0\r\n\r\n")
    client = connect(opening(lambda _: Hold()))
    client.ask()
    status, headers, body = client.reply()
    assert (status, body) == (200, b"data: 1\n\n" + DONE)
    assert headers["content-type"] == "text/event-stream"
