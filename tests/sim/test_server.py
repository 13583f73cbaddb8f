from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

import pytest

from agentprobe.errors import ConfigError
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import say
from agentprobe.sim.script import Script
from agentprobe.sim.server import background, start

RAIN = Script(say("It rains."))
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]}).encode()
STREAM = BODY[:-1] + b', "stream": true}'


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with background(SimulatedModel(RAIN)) as url:
        yield url


def place(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


def post(body: bytes, *headers: str, version: str = "1.1", method: str = "POST") -> bytes:
    lines = (f"{method} /v1/chat/completions HTTP/{version}", "Host: h", *headers)
    return "\r\n".join((*lines, f"Content-Length: {len(body)}", "", "")).encode() + body


def exchange(url: str, *sent: bytes) -> bytes:
    """Send bytes piece by piece, then read until the server closes or has been silent."""
    with socket.create_connection(place(url), timeout=5) as wire:
        for piece in sent:
            wire.sendall(piece)
        wire.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: wire.recv(65536), b""))


def ask(connection: HTTPConnection, body: bytes = BODY) -> HTTPResponse:
    connection.request("POST", "/v1/chat/completions", body)
    return connection.getresponse()


def test_a_connection_is_kept_alive_for_many_answers(url: str) -> None:
    with closing(HTTPConnection(*place(url), timeout=5)) as connection:
        ask(connection).read()
        first = connection.sock
        for _ in range(20):
            reply = ask(connection)
            assert reply.getheader("x-agentprobe-simulated") == "true"
            assert json.loads(reply.read())["choices"][0]["message"]["content"] == "It rains."
        assert connection.sock is first


def test_a_stream_is_chunked_one_frame_a_chunk(url: str) -> None:
    raw = exchange(url, post(STREAM, "Connection: close"))
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert body.endswith(b"0\r\n\r\n")
    chunks = body.removesuffix(b"0\r\n\r\n").split(b"\r\n")[1::2]
    assert all(chunk.startswith(b"data: ") and chunk.endswith(b"\n\n") for chunk in chunks)
    assert chunks[-1] == b"data: [DONE]\n\n"


def test_a_request_may_arrive_in_any_pieces(url: str) -> None:
    whole = post(BODY, "Connection: close")
    expected = exchange(url, whole)
    assert b" 200 OK" in expected
    pieces = (whole[at : at + 7] for at in range(0, len(whole), 7))
    assert exchange(url, *pieces).partition(b"\r\n")[0] == expected.partition(b"\r\n")[0]


def test_requests_sent_ahead_are_answered_in_their_order(url: str) -> None:
    models = post(b"", method="GET").replace(b"chat/completions", b"models")
    raw = exchange(url, post(BODY) + models + post(BODY, "Connection: close"))
    assert raw.count(b"HTTP/1.1 200 OK") == 3
    assert raw.index(b"chat.completion") < raw.index(b'"list"') < raw.rindex(b"chat.completion")


def test_an_old_client_gets_a_stream_that_ends_with_the_connection(url: str) -> None:
    head, _, body = exchange(url, post(STREAM, version="1.0")).partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert body.startswith(b"data: {")
    assert body.endswith(b"data: [DONE]\n\n")


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(url: str) -> None:
    raw = exchange(url, post(BODY, "Expect: 100-continue", "Connection: close"))
    assert raw.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_a_head_request_has_no_body(url: str) -> None:
    raw = exchange(url, b"HEAD /v1/models HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert raw.endswith(b"\r\n\r\n")
    assert b"content-length: 0" not in raw


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"hello\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", b"501"),
    ],
)
def test_what_is_not_plain_http_is_refused_in_words(url: str, sent: bytes, status: bytes) -> None:
    raw = exchange(url, sent)
    assert raw.startswith(b"HTTP/1.1 " + status)
    assert raw.partition(b"\r\n\r\n")[2]


def test_a_body_beyond_all_measure_is_refused(url: str) -> None:
    with socket.create_connection(place(url), timeout=5) as wire:
        wire.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: 70000000\r\n\r\n")
        try:
            for _ in range(70):
                wire.sendall(b"x" * 1_000_000)
        except OSError:  # the server has stopped listening to us
            return
        assert wire.recv(100).startswith(b"HTTP/1.1 413")


def test_a_key_is_never_given_back(url: str) -> None:
    raw = exchange(url, post(BODY, "Authorization: Bearer sk-secret", "Connection: close"))
    assert b"200 OK" in raw
    assert b"sk-secret" not in raw


def test_a_paced_stream_is_never_early_and_the_connection_lives_on() -> None:
    model = SimulatedModel(Script(say("word " * 40)), token_rate=500, first_token=0.05)
    with background(model) as url, closing(HTTPConnection(*place(url), timeout=5)) as connection:
        begun = time.perf_counter()
        reply = ask(connection, STREAM)
        assert reply.readline()
        assert time.perf_counter() - begun >= 0.05
        assert reply.read().endswith(b"data: [DONE]\n\n")
        assert time.perf_counter() - begun >= 0.05 + 50 / 500
        assert ask(connection).read()


def test_the_first_words_of_a_slow_stream_come_long_before_its_end() -> None:
    an_hour = SimulatedModel(Script(say("word " * 40)), token_rate=50 / 3600)
    with background(an_hour) as url, closing(HTTPConnection(*place(url), timeout=5)) as connection:
        assert ask(connection, STREAM).readline().startswith(b"data: {")


def test_a_client_that_leaves_in_the_middle_harms_nobody() -> None:
    model = SimulatedModel(Script(say("word " * 400)), token_rate=1000)
    with background(model) as url:
        with socket.create_connection(place(url), timeout=5) as wire:
            wire.sendall(post(STREAM))
            wire.recv(100)
        with closing(HTTPConnection(*place(url), timeout=5)) as connection:
            connection.request("GET", "/v1/models")
            assert connection.getresponse().status == 200


def test_a_taken_port_is_said_with_what_to_do(url: str) -> None:
    async def take() -> None:
        await start(SimulatedModel(RAIN), port=place(url)[1])

    with pytest.raises(ConfigError, match=r"cannot listen on 127\.0\.0\.1:\d+: .*choose another port"):
        asyncio.run(take())


def test_a_server_lent_to_a_test_is_gone_afterwards() -> None:
    with background(SimulatedModel(RAIN)) as url:
        idle = socket.create_connection(place(url), timeout=5)
    with idle:
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place(url), timeout=5)
