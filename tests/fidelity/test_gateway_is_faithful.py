"""What agent and provider say to each other through the gateway, byte by byte, beside the same without it.

The agent here is a bare socket: nothing that a library forgives is forgiven.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fidelity.corpus import CASES, CHAT, MESSAGES, RESPONSES, Case
from tests.fidelity.provider import PATIENCE, End, Incoming, Provider, Reply, first, headers_of, providing

from agentprobe.adapters.orders import Orders
from agentprobe.domain.wire import HttpReply
from agentprobe.gateway.background import background
from agentprobe.gateway.heads import BODILESS, HOP_BY_HOP, SESSION
from agentprobe.gateway.interception import Interception
from agentprobe.gateway.proxied import proxy_url, proxying
from agentprobe.gateway.server import PROVIDERS
from agentprobe.trace.read import read_trace

Pairs = list[tuple[bytes, bytes]]
BODY = b'{"model": "m", "messages": []}'


@dataclass(frozen=True)
class Got:
    """A reply out of its framing: what may not differ."""

    line: bytes
    headers: Pairs
    body: bytes
    ending: str


@dataclass(frozen=True)
class Way:
    """How the agent reaches the provider: what stands before its targets, and where it connects to."""

    host: str
    port: int
    before: str = ""
    more: tuple[str, ...] = ()

    @contextmanager
    def connected(self) -> Iterator[Incoming]:
        with socket.create_connection((self.host, self.port), timeout=PATIENCE) as link:
            yield Incoming(link)

    def asks(self, method: str, target: str, body: bytes = BODY, headers: str = "X-Mine: 1\r\n") -> bytes:
        lines = [f"{method} {self.before}{target} HTTP/1.1", "Host: provider.example", *self.more, headers]
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        return ("\r\n".join(lines) + length + "\r\n").encode("latin-1") + body


@dataclass(frozen=True)
class Ways:
    provider: Provider = field(repr=False)
    direct: Way
    gateway: Way
    proxy: Way
    trace: Path

    @property
    def ours(self) -> dict[str, Way]:
        return {"gateway": self.gateway, "proxy": self.proxy}


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    """A provider, a session of a gateway before it that records, and the same session as a proxy."""
    trace = tmp_path_factory.mktemp("fidelity") / "t.jsonl"
    with providing() as provider, background(environ={}) as gateway:
        active = Orders(id="fidelity", trace=trace).open()
        forward = proxying(Interception(), {}, {})
        door = gateway.open_session(active, dict.fromkeys(PROVIDERS, provider.url), forward)
        way = _way(provider.url)
        ours = _way(door)
        user = proxy_url(door).removeprefix("http://").partition("@")[0]
        allowed = (f"Proxy-Authorization: Basic {_basic(user)}",)
        yield Ways(provider, way, ours, Way(ours.host, ours.port, provider.url, allowed), trace)
        gateway.close_session(door)
        active.close()
        assert gateway.defects == ()


def _way(url: str) -> Way:
    place, slash, path = url.removeprefix("http://").partition("/")
    host, _, port = place.partition(":")
    return Way(host, int(port), slash + path)


def _basic(pair: str) -> str:
    import base64

    return base64.b64encode(pair.encode()).decode()


# -- what may differ ---------------------------------------------------------------------------------


def kept(headers: Pairs) -> Pairs:
    """The headers that speak of more than one connection; the place of a body's length says nothing."""
    named = b",".join(value for name, value in headers if name.lower() == b"connection").lower()
    hops = {name.encode() for name in HOP_BY_HOP} | {word.strip() for word in named.split(b",")}
    if first(headers, b"transfer-encoding") is not None:
        hops.add(b"content-length")
    return [(name, value) for name, value in headers if name.lower() not in hops]


def got(incoming: Incoming, method: str) -> Got:
    """The next reply of a connection, those that only announce it left out."""
    status = 100
    try:
        while status < 200:
            top = incoming.until(b"\r\n\r\n")[:-2]
            status = int(top[9:12])
    except (EOFError, ConnectionError):
        return Got(b"", [], b"", "nothing came")
    line = top.split(b"\r\n")[0].replace(b"HTTP/1.0", b"HTTP/1.1").rstrip(b" ")
    body, ending = _body(incoming, headers_of(top), bodiless=method == "HEAD" or status in BODILESS)
    return Got(line, kept(headers_of(top)), body, ending)


def _body(incoming: Incoming, headers: Pairs, *, bodiless: bool) -> tuple[bytes, str]:
    came, missing = b"", 0
    try:
        if bodiless:
            return b"", "whole"
        if first(headers, b"transfer-encoding") == b"chunked":
            while missing := int(incoming.until(b"\r\n").partition(b";")[0], 16):
                came += incoming.exactly(missing)
                missing = 0
                incoming.exactly(2)
            while incoming.until(b"\r\n") != b"\r\n":
                pass
        elif (length := first(headers, b"content-length")) is not None:
            missing = int(length)
            came = incoming.exactly(missing)
        else:
            missing = 1 << 30
            while data := incoming.link.recv(1 << 16):
                incoming.buffer += data
            came = incoming.buffer
    except (EOFError, ConnectionError):
        return came + incoming.buffer[:missing], "broken off"
    return came, "whole"


def exchanged(way: Way, case: Case) -> Got:
    with way.connected() as incoming:
        body = b"" if case.method in ("HEAD", "GET") else BODY
        incoming.link.sendall(way.asks(case.method, case.target, body))
        return got(incoming, case.method)


# -- replies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gateway", "proxy"])
def test_every_reply_of_the_corpus_arrives_as_it_was_sent(ways: Ways, name: str) -> None:
    different = []
    for case in CASES:
        ways.provider.reply = case.reply
        direct, through = exchanged(ways.direct, case), exchanged(ways.ours[name], case)
        if through != direct:
            different.append(f"{case.name}: {str(direct)[:300]} became {str(through)[:300]}")
    assert different == []


CODES = st.integers(200, 599)
NAMES = st.from_regex(rb"[A-Za-z][A-Za-z0-9_!#$%&'*+.^`|~-]{0,12}", fullmatch=True).map(
    lambda name: b"X-" + name
)
VALUES = st.binary(max_size=40).map(
    lambda raw: bytes(byte for byte in raw if (byte >= 32 and byte != 127) or byte == 9).strip(b" \t")
)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=6)
PARTS = st.lists(st.one_of(st.binary(max_size=80), st.text(max_size=30).map(str.encode)), max_size=6)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any exchange that HTTP allows, its reply whole or broken off, cut anywhere."""
    method, status = draw(st.sampled_from(["POST", "POST", "HEAD"])), draw(CODES)
    words = draw(st.sampled_from([b" OK", b" ", b"", b" So it is"]))
    lines = [b"HTTP/1.1 %d%b" % (status, words), *(b"%b: %b" % pair for pair in draw(HEADERS))]
    body, framing = b"", "none"
    if method != "HEAD" and status not in BODILESS:
        parts, framing = draw(PARTS), draw(st.sampled_from(["length", "chunks", "close"]))
        body = b"".join(parts)
    if framing == "length":
        lines.append(b"Content-Length: %d" % len(body))
    if framing == "chunks":
        lines.append(b"Transfer-Encoding: chunked")
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part) + b"0\r\n\r\n"
    end: End = "close" if framing == "close" else "keep"
    if end == "keep" and body and draw(st.booleans()):
        body, end = body[: draw(st.integers(0, len(body) - 1))], "close"
    cuts = tuple(draw(st.lists(st.integers(0, 2000), max_size=6)))
    wire = b"\r\n".join([*lines, b"", body])
    target = draw(st.sampled_from([CHAT, RESPONSES, MESSAGES, "/v1/models"]))
    return Case("any", Reply(wire, end, cuts=cuts), target, method)


@settings(max_examples=150, deadline=None)
@given(case=cases(), name=st.sampled_from(["gateway", "proxy"]))
def test_any_reply_arrives_as_it_was_sent(ways: Ways, case: Case, name: str) -> None:
    ways.provider.reply = case.reply
    assert exchanged(ways.ours[name], case) == exchanged(ways.direct, case)


def test_a_provider_may_end_its_lines_as_it_likes(ways: Ways) -> None:
    ways.provider.reply = Reply(b"HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 2\n\n{}", "close")
    through = exchanged(ways.gateway, Case("", ways.provider.reply))
    assert through == Got(b"HTTP/1.1 200 OK", [(b"X-A", b"1"), (b"Content-Length", b"2")], b"{}", "whole")


# -- requests ----------------------------------------------------------------------------------------


TARGETS = [
    "/v1/chat/completions",
    "/v1/chat/completions?api-version=1&x=%20y&x=2",
    "/v1//messages;a=b?",
    "/v1/%E6%9D%B1",
]


@settings(max_examples=100, deadline=None)
@given(
    method=st.sampled_from(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "GET"]),
    target=st.sampled_from(TARGETS),
    headers=HEADERS,
    body=st.binary(max_size=3000),
    chunks=st.one_of(st.none(), st.integers(1, 700)),
    name=st.sampled_from(["gateway", "proxy"]),
)
def test_any_request_reaches_the_provider_as_it_was_asked(
    ways: Ways, method: str, target: str, headers: Pairs, body: bytes, chunks: int | None, name: str
) -> None:
    ways.provider.reply = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    for way in (ways.direct, ways.ours[name]):
        said = [f"{method} {way.before}{target} HTTP/1.1".encode()]
        said += [b"hOsT: " + ways.provider.url.removeprefix("http://").encode()]
        said += [*map(str.encode, way.more), *(b"%b: %b" % pair for pair in headers)]
        parts = [body[i : i + chunks] for i in range(0, len(body), chunks)] if chunks else []
        framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        said += [b"Transfer-Encoding: chunked" if chunks else b"Content-Length: %d" % len(body), b"", b""]
        with way.connected() as incoming:
            incoming.link.sendall(b"\r\n".join(said) + (framed if chunks else body))
            assert got(incoming, method).ending == "whole"
    direct, through = ways.provider.asked[-2:]
    assert (through.line, through.body) == (direct.line, direct.body)
    assert kept(through.headers) == kept(direct.headers)


def test_a_session_that_a_header_names_is_told_to_nobody_else(ways: Ways) -> None:
    with ways.gateway.connected() as incoming:
        incoming.link.sendall(ways.gateway.asks("POST", CHAT, headers=f"{SESSION.decode()}: mine\r\n"))
        assert got(incoming, "POST").ending == "whole"
    assert first(ways.provider.asked[-1].headers, SESSION) is None


@pytest.mark.parametrize("name", ["gateway", "proxy"])
def test_one_kept_connection_serves_every_request_with_its_own_reply(ways: Ways, name: str) -> None:
    opened = []
    for way in (ways.direct, ways.ours[name]):
        before = ways.provider.connections
        with way.connected() as incoming:
            for case in (
                case for case in CASES if case.reply.end == "keep" and case.name != "head-its-own-connection"
            ):
                ways.provider.reply = case.reply
                body = b"" if case.method in ("HEAD", "GET") else BODY
                incoming.link.sendall(way.asks(case.method, case.target, body))
                assert got(incoming, case.method).ending == "whole", case.name
        opened.append(ways.provider.connections - before)
    assert opened[1] <= opened[0]


# -- what is told ------------------------------------------------------------------------------------


def test_the_trace_holds_the_bytes_of_every_model_call(ways: Ways, tmp_path: Path) -> None:
    with background(environ={}) as gateway:
        active = Orders(id="told", trace=tmp_path / "t.jsonl").open()
        door = gateway.open_session(active, dict.fromkeys(PROVIDERS, ways.provider.url))
        sent = [
            case for case in CASES if case.method == "POST" and case.target in (CHAT, RESPONSES, MESSAGES)
        ]
        sent = [case for case in sent if b"Content-Encoding" not in case.reply.wire]  # it is kept unpacked
        direct = []
        for case in sent:
            ways.provider.reply = case.reply
            exchanged(_way(door), case)
            direct.append(exchanged(ways.direct, case))
        gateway.close_session(door)
        active.close()
    calls = read_trace(tmp_path / "t.jsonl").model_calls
    assert len(calls) == len(sent)
    for case, was, call in zip(sent, direct, calls, strict=True):
        reply = call.reply
        if isinstance(reply, HttpReply):
            assert reply.body == was.body, case.name
        else:
            assert was.ending == "nothing came", case.name


def test_the_guide_names_every_header_that_differs() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "fidelity.md").read_text()
    for name in (*HOP_BY_HOP, "expect", "host", SESSION.decode()):
        assert f"`{name}`" in guide.lower()
