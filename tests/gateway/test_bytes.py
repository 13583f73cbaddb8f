"""What the agent and the provider say to each other arrives as it was said."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.gateway.conftest import Client, Opening, Provider, Seen, Wire

Connect = Callable[..., "Client"]
CHAT = "/v1/chat/completions"
HOPS = {"connection", "transfer-encoding", "keep-alive"}

header_names = st.from_regex(r"x-[a-z]{1,8}", fullmatch=True)
header_values = st.text(
    st.characters(min_codepoint=33, max_codepoint=255, exclude_categories=["Cc"]), max_size=20
)
extra_headers = st.dictionaries(header_names, header_values.map(str.strip), max_size=5)
bodies = st.lists(st.binary(max_size=300), max_size=6)


def spelled(status: int, headers: dict[str, str], parts: list[bytes], framing: str) -> list[bytes]:
    """A provider's reply, as writes on the wire."""
    lines = [f"HTTP/1.1 {status} Fine", *(f"{name}: {value}" for name, value in headers.items())]
    if framing == "length":
        lines.append(f"Content-Length: {sum(map(len, parts))}")
    elif framing == "chunks":
        lines.append("Transfer-Encoding: chunked")
        parts = [b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part]
        parts.append(b"0\r\n\r\n")
    else:
        lines.append("Connection: close")
    return ["\r\n".join([*lines, "", ""]).encode("latin-1"), *parts]


def recut(parts: list[bytes], cuts: list[int]) -> list[bytes]:
    """The same bytes, cut elsewhere."""
    whole = b"".join(parts)
    places = sorted({cut % (len(whole) + 1) for cut in cuts})
    return [whole[i:j] for i, j in zip([0, *places], [*places, len(whole)], strict=True) if i != j]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    status=st.sampled_from([200, 201, 400, 429, 500, 529]),
    headers=extra_headers,
    parts=bodies,
    framing=st.sampled_from(["length", "chunks", "close"]),
    cuts=st.lists(st.integers(0, 3000), max_size=5),
    target=st.sampled_from([CHAT, "/v1/messages", "/v1/models"]),
)
def test_a_reply_through_the_gateway_is_the_reply(
    provider: Provider,
    connect: Connect,
    status: int,
    headers: dict[str, str],
    parts: list[bytes],
    framing: str,
    cuts: list[int],
    target: str,
) -> None:
    async def script(_: Seen, wire: Wire) -> None:
        await wire.send(*recut(spelled(status, headers, parts, framing), cuts))
        if framing == "close":
            wire.close()

    provider.script = script
    replies = []
    for client in (connect(provider.url), connect()):
        client.ask(target)
        replies.append(client.reply())
        client.close()
    direct, through = replies
    assert through[0] == direct[0]
    assert through[2] == direct[2] == b"".join(parts)
    kept = {name: value for name, value in through[1].items() if name not in HOPS}
    assert kept == {name: value for name, value in direct[1].items() if name not in HOPS}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["POST", "PUT", "PATCH", "DELETE"]),
    headers=extra_headers,
    body=st.binary(max_size=600),
    cuts=st.lists(st.integers(0, 3000), max_size=4),
    chunked=st.booleans(),
    target=st.sampled_from([CHAT, f"{CHAT}?api-version=1&x=%20y", "/v1/files"]),
)
def test_a_request_through_the_gateway_is_the_request(
    provider: Provider,
    connect: Connect,
    method: str,
    headers: dict[str, str],
    body: bytes,
    cuts: list[int],
    chunked: bool,
    target: str,
) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    client = connect()
    lines = [f"{method} {client.path}{target} HTTP/1.1", "Host: gateway"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
        framed = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    else:
        lines.append(f"Content-Length: {len(body)}")
        framed = body
    for part in recut(["\r\n".join([*lines, "", ""]).encode("latin-1") + framed], cuts):
        client.send(part)
    assert client.reply()[0] == 200
    client.close()
    seen = provider.seen[-1]
    assert seen.line == f"{method} {target} HTTP/1.1"
    assert seen.body == body
    assert seen.headers["host"] == provider.url.removeprefix("http://")
    kept = {name: value for name, value in seen.headers.items() if name in headers}
    assert kept == headers


def test_a_compressed_body_stays_compressed(provider: Provider, connect: Connect) -> None:
    packed = gzip.compress(b'{"choices": []}')
    provider.says(*spelled(200, {"Content-Encoding": "gzip"}, [packed], "length"))
    client = connect()
    client.ask()
    _, headers, body = client.reply()
    assert headers["content-encoding"] == "gzip"
    assert body == packed


def test_the_key_travels_to_the_provider_and_nowhere_else(provider: Provider, connect: Connect) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    client = connect()
    client.ask(CHAT, b"{}", "Authorization: Bearer key")
    client.reply()
    assert provider.seen[0].headers["authorization"] == "Bearer key"


def test_the_spelling_and_order_of_headers_is_kept(provider: Provider, connect: Connect) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nX-B: 2\r\nx-a: 1\r\nX-B: 3\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n")
    client = connect()
    client.ask(CHAT, b"{}", "X-Zed: z", "x-Alpha: a")
    head = client.until(b"\r\n\r\n")
    assert b"X-B: 2\r\nx-a: 1\r\nX-B: 3\r\nX-Empty: \r\n" in head
    assert b"X-Zed: z\r\nx-Alpha: a\r\n" in provider.seen[0].head


def test_headers_that_a_connection_header_names_stay_on_that_connection(
    provider: Provider, connect: Connect
) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    client = connect()
    client.ask(CHAT, b"{}", "Connection: keep-alive, X-Private", "X-Private: 1", "X-Public: 2")
    client.reply()
    assert "x-private" not in provider.seen[0].headers
    assert provider.seen[0].headers["x-public"] == "2"


@pytest.mark.parametrize("status", [204, 304])
def test_a_reply_without_body_is_not_waited_for(provider: Provider, connect: Connect, status: int) -> None:
    provider.says(f"HTTP/1.1 {status} Nothing\r\nX-A: 1\r\n\r\n".encode())
    client = connect()
    for _ in range(2):
        client.ask()
        assert client.reply()[0] == status


def test_a_head_request_keeps_the_length_and_brings_no_body(provider: Provider, connect: Connect) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
    client = connect()
    for _ in range(2):
        client.ask("/v1/files/1", b"", method="HEAD")
        status, headers, body = client.reply(method="HEAD")
        assert (status, headers["content-length"], body) == (200, "1234", b"")
    assert provider.connections == 1


def test_early_hints_are_not_taken_for_the_answer(provider: Provider, connect: Connect) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    provider.says(early + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    client = connect()
    client.ask()
    status, headers, body = client.reply()
    assert (status, body) == (200, b"{}")
    assert "link" not in headers


def test_trailers_do_no_harm(provider: Provider, connect: Connect) -> None:
    provider.says(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\nX-Late: 1\r\n\r\n"
    )
    client = connect()
    for _ in range(2):
        client.ask()
        assert client.reply()[2] == b"{}"


def test_a_client_that_asks_first_is_told_to_go_on(provider: Provider, connect: Connect) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    client = connect()
    head = (
        f"POST {client.path}{CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    )
    client.send(head.encode())
    assert client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.send(b"body")
    assert client.reply()[0] == 200
    assert provider.seen[0].body == b"body"
    assert "expect" not in provider.seen[0].headers


def test_requests_sent_ahead_are_answered_in_their_order(provider: Provider, connect: Connect) -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        await wire.send(*spelled(200, {}, [seen.body], "length"))

    provider.script = script
    client = connect()
    asked = [b"%d" % number for number in range(60)]
    head = f"POST {client.path}{CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
    client.send(b"".join(head.encode() % (len(body), body) for body in asked))
    assert [client.reply()[2] for _ in asked] == asked
    assert provider.connections == 1


def test_large_bodies_pass_both_ways(provider: Provider, connect: Connect) -> None:
    large = bytes(range(256)) * 32768

    async def script(seen: Seen, wire: Wire) -> None:
        wire.writer.write(b"".join(spelled(200, {}, [seen.body], "length")))
        await wire.writer.drain()

    provider.script = script
    client = connect()
    client.ask(CHAT, large)
    assert client.reply()[2] == large


def test_a_client_of_http_1_0_gets_a_body_up_to_the_end_of_the_connection(
    provider: Provider, connect: Connect
) -> None:
    provider.says(*spelled(200, {}, [b"one", b"two"], "chunks"))
    client = connect()
    client.send(f"GET {client.path}/v1/models HTTP/1.0\r\n\r\n".encode())
    head, _, body = client.rest().partition(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in head
    assert body == b"onetwo"


def test_a_client_that_offers_http_2_is_served_in_http_1(provider: Provider, connect: Connect) -> None:
    """Some clients offer it with every first request, and go on in HTTP/1.1 when nobody takes it up."""
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    client = connect()
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAAB")
    for _ in range(2):
        client.ask(CHAT, b'{"a": 1}', *offer)
        assert client.reply()[0] == 200
    assert [seen.body for seen in provider.seen] == [b'{"a": 1}'] * 2
    assert "upgrade" not in provider.seen[0].headers


def test_a_web_socket_that_nobody_answers_is_declined(provider: Provider, connect: Connect) -> None:
    async def script(_: Seen, wire: Wire) -> None:
        wire.close()

    provider.script = script
    client = connect()
    client.ask("/v1/responses", b"", "Connection: Upgrade", "Upgrade: websocket", method="GET")
    status, _, body = client.reply()
    assert status == 502
    assert b"web socket" in body
    assert client.rest() == b""


@pytest.mark.parametrize("path", ["/", "/v1/chat/completions", "/s/", "/s/guessed/v1/chat/completions"])
def test_without_a_session_there_is_no_way_in(
    opening: Opening, connect: Connect, provider: Provider, path: str
) -> None:
    base = opening().partition("/s/")[0]
    client = connect(base)
    client.ask(path)
    status, headers, body = client.reply()
    assert status == 404
    assert b"session" in body
    assert headers["x-should-retry"] == "false"
    assert provider.seen == []


def test_what_is_not_http_is_told_so(connect: Connect) -> None:
    client = connect()
    client.send(b"\x16\x03\x01 hello\r\n\r\n")
    assert client.rest().startswith(b"HTTP/1.1 400 ")


def test_the_gateway_listens_on_this_machine_only(opening: Opening) -> None:
    port = int(opening().split(":")[2].split("/")[0])
    with socket.socket() as link, pytest.raises(OSError):
        link.connect(("127.0.0.2", port))
