"""Compressed bodies pass as they are, as they come, and are read in the trace."""

from __future__ import annotations

import gzip
import json
import threading
import zlib
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
import pytest

from agentprobe.adapters.orders import Orders
from agentprobe.dialects import _unpacking
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.gateway.conftest import Client, Provider, Seen, Wire

    from agentprobe.gateway.background import BackgroundGateway

Record = Callable[..., tuple[bytes, TracedCall]]
ASKED = json.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": "How many?"}]}).encode()
EVENT = {"id": "a", "model": "gpt-test", "choices": [{"index": 0, "delta": {"content": "Seventeen."}}]}
FRAMES = [b"data: " + json.dumps(EVENT).encode() + b"\n\n", b"data: [DONE]\n\n"]
PACK = {"gzip": gzip.compress, "br": brotli.compress, "deflate": zlib.compress}


@pytest.fixture
def record(
    gateway: BackgroundGateway, provider: Provider, connect: Callable[..., Client], tmp_path: Path
) -> Record:
    def asking(body: bytes, *headers: str) -> tuple[bytes, TracedCall]:
        active = Orders(id="test", trace=tmp_path / "trace.jsonl").open()
        url = gateway.open_session(active, {"openai": provider.url})
        client = connect(url)
        client.ask("/v1/chat/completions", body, *headers)
        got = client.reply()[2]
        gateway.close_session(url)
        active.close()
        return got, read_trace(tmp_path / "trace.jsonl").model_calls[0]

    return asking


@pytest.mark.parametrize("encoding", list(PACK))
def test_a_compressed_request_arrives_as_it_was_and_is_read(
    record: Record, provider: Provider, encoding: str
) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    body = PACK[encoding](ASKED)
    _, call = record(body, f"Content-Encoding: {encoding}")
    assert provider.seen[0].body == body
    assert provider.seen[0].headers["content-encoding"] == encoding
    assert (call.name, call.request_bytes, call.asked.unread) == ("gpt-test", ASKED, "")
    assert call.prompt is not None
    assert call.prompt.count == 1


def test_a_compressed_stream_passes_piece_by_piece_and_is_read(
    record: Record, provider: Provider, connect: Callable[..., Client]
) -> None:
    packer = zlib.compressobj(wbits=31)
    parts = [packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH) for frame in FRAMES]
    parts.append(packer.flush())

    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        for part in parts:
            await wire.send(b"%x\r\n%b\r\n" % (len(part), part))
        await wire.send(b"0\r\n\r\n")

    provider.script = script
    got, call = record(ASKED)
    assert got == b"".join(parts)
    assert call.answer is not None
    assert (call.answer.text, call.answer.complete) == ("Seventeen.", True)
    assert call.reply is not None
    assert call.reply.body == b"".join(FRAMES)
    ends = set(accumulate(len(chunk.data) for chunk in call.reply.chunks))
    assert ends <= set(accumulate(map(len, FRAMES)))  # a chunk holds what its own bytes told


def test_the_first_compressed_piece_arrives_before_the_second_is_sent(
    provider: Provider, connect: Callable[..., Client]
) -> None:
    packer, read = zlib.compressobj(wbits=31), threading.Event()
    first = packer.compress(FRAMES[0]) + packer.flush(zlib.Z_SYNC_FLUSH)

    async def script(_: Seen, wire: Wire) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        await wire.send(head + b"%x\r\n%b\r\n" % (len(first), first))
        await wire.wait(read)
        await wire.send(b"0\r\n\r\n")

    provider.script = script
    client = connect()
    client.ask(body=ASKED)
    client.until(b"\r\n\r\n")
    assert client.chunk() == first
    read.set()


def test_a_reply_that_unpacks_to_too_much_passes_and_is_withheld_with_its_reason(
    record: Record, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_unpacking, "LARGEST", 10_000)
    bomb = gzip.compress(bytes(10_001))
    provider.says(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    )
    got, call = record(ASKED)
    assert got == bomb
    assert call.outcome is not None
    assert call.outcome.body is not None
    assert call.outcome.body.withheld == len(bomb)
    assert "more than 10,000 bytes" in call.error


@pytest.mark.parametrize("encoding", list(PACK))
def test_a_request_that_unpacks_to_too_much_passes_and_is_withheld(
    record: Record, provider: Provider, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(_unpacking, "LARGEST", 10_000)
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    bomb = PACK[encoding](bytes(10_001))
    _, call = record(bomb, f"Content-Encoding: {encoding}")
    assert provider.seen[0].body == bomb
    assert call.record.request is not None
    assert call.record.request.withheld == len(bomb)
    assert "unpacks to more than" in call.asked.unread
