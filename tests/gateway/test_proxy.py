"""Agents whose addresses are fixed: the gateway is their proxy, and they notice nothing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anthropic
import httpx
import openai
import pytest
import requests
from tests.gateway.network import WayOut, WorldAuthority
from tests.gateway.test_sdks import ASKED, TEXT, on_the_wire

from agentprobe.adapters.active import Active
from agentprobe.adapters.orders import Orders
from agentprobe.gateway.background import BackgroundGateway, background
from agentprobe.gateway.interception import Interception
from agentprobe.gateway.proxied import PROXIES, behind_proxy, proxy_url, proxying
from agentprobe.gateway.proxy import Proxying
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider

ELSEWHERE = "tickets.example"
CHAT = "https://api.openai.com/v1/chat/completions"
BODY: Any = {"model": "gpt-test", "messages": ASKED}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> WorldAuthority:
    return WorldAuthority(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(
    authority: WorldAuthority,
    provider: Provider,
    elsewhere: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> WayOut:
    """A network in which the providers' names lead to ours; nothing in it is reached but by its proxy."""
    for name in (*PROXIES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    provider.script = on_the_wire
    hosts = ("api.openai.com", "api.anthropic.com", ELSEWHERE, "llm.example")
    port = urlsplit(elsewhere(provider.serve, authority.serving(*hosts))).port
    out = WayOut(dict.fromkeys(hosts, port or 0))
    out.url = elsewhere(out.serve)
    return out


@dataclass
class Run:
    """A session whose agent is this process."""

    gateway: BackgroundGateway
    active: Active
    door: str
    proxying: Proxying
    environ: dict[str, str]

    @property
    def proxy(self) -> str:
        return proxy_url(self.door)

    def trace(self) -> Trace:
        self.gateway.close_session(self.door)
        assert self.active.writer is not None
        self.proxying.contacts.write(self.active.writer)
        self.active.close()
        return read_trace(self.active.writer.path)


@pytest.fixture
def proxied(world: WayOut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """This process, as an agent behind the proxy."""
    with running(world, tmp_path) as run:
        for name, value in run.environ.items():
            monkeypatch.setenv(name, value)
        yield run
        assert run.gateway.defects == ()


@contextmanager
def running(
    world: WayOut, folder: Path, interception: Interception | None = None, **options: Any
) -> Iterator[Run]:
    outward = {"HTTPS_PROXY": world.url, "HTTP_PROXY": world.url}
    environ = {**os.environ, **outward}
    forward = proxying(interception or Interception(), environ, {})
    with background(environ=environ) as gateway:
        active = Orders(id="test", trace=folder / "trace.jsonl", **options).open()
        door = gateway.open_session(active, proxying=forward)
        with behind_proxy(environ, door, forward) as told:
            yield Run(gateway, active, door, forward, told)


# -- clients -----------------------------------------------------------------------------------------


def by_openai(stream: bool) -> str:
    with openai.OpenAI(api_key="k", max_retries=0, timeout=10) as client:
        if not stream:
            return client.chat.completions.create(**BODY).choices[0].message.content or ""
        events = client.chat.completions.create(**BODY, stream=True)
        return "".join(e.choices[0].delta.content or "" for e in events if e.choices)


async def by_openai_async(stream: bool) -> str:
    async with openai.AsyncOpenAI(api_key="k", max_retries=0, timeout=10) as client:
        if not stream:
            return (await client.chat.completions.create(**BODY)).choices[0].message.content or ""
        events = await client.chat.completions.create(**BODY, stream=True)
        return "".join([e.choices[0].delta.content or "" async for e in events if e.choices])


def by_anthropic(stream: bool) -> str:
    asked: Any = {"model": "claude-test", "max_tokens": 99, "messages": ASKED}
    with anthropic.Anthropic(api_key="k", max_retries=0, timeout=10) as client:
        if not stream:
            return "".join(getattr(block, "text", "") for block in client.messages.create(**asked).content)
        with client.messages.stream(**asked) as events:
            return "".join(events.text_stream)


def by_httpx(stream: bool) -> str:
    return said(httpx.post(CHAT, json={**BODY, "stream": stream}).content)


def by_requests(stream: bool) -> str:
    return said(requests.post(CHAT, json={**BODY, "stream": stream}, timeout=10).content)


def by_urllib(stream: bool) -> str:
    body = json.dumps({**BODY, "stream": stream}).encode()
    request = urllib.request.Request(CHAT, body, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener()  # urlopen's own remembers the first proxy for good
    with opener.open(request, timeout=10) as reply:
        return said(reply.read())


async def by_aiohttp(stream: bool) -> str:
    aiohttp = pytest.importorskip("aiohttp")
    trusted = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    async with (
        aiohttp.ClientSession(trust_env=True) as session,
        session.post(CHAT, json={**BODY, "stream": stream}, ssl=trusted) as reply,
    ):
        return said(await reply.read())


def by_curl(stream: bool) -> str:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    words = ["curl", "-sS", "--max-time", "10", CHAT, "-H", "Content-Type: application/json", "-d"]
    body = json.dumps({**BODY, "stream": stream})
    return said(subprocess.run([*words, body], stdout=subprocess.PIPE, check=True).stdout)


def said(body: bytes) -> str:
    """The text of an answer, streamed or not, read by hand."""
    if body.startswith(b"{"):
        return str(json.loads(body)["choices"][0]["message"]["content"])
    lines = [line[6:] for line in body.decode().splitlines() if line.startswith("data: {")]
    deltas = [choice["delta"] for line in lines for choice in json.loads(line)["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


CLIENTS: list[Callable[[bool], Any]] = [
    by_openai,
    by_openai_async,
    by_anthropic,
    by_httpx,
    by_requests,
    by_urllib,
    by_aiohttp,
    by_curl,
]


def ask(client: Callable[[bool], Any], *, stream: bool) -> str:
    answer = client(stream)
    return asyncio.run(answer) if asyncio.iscoroutine(answer) else str(answer)


# -- what is seen ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_with_no_base_url_gets_its_answer_and_the_trace_keeps_it(
    proxied: Run, client: Callable[[bool], Any], stream: bool
) -> None:
    assert ask(client, stream=stream) == TEXT
    (call,) = proxied.trace().model_calls
    assert call.answer is not None
    assert (call.status, call.answer.text, call.left, call.truncated) == (200, TEXT, False, False)


@pytest.mark.parametrize("client", CLIENTS)
def test_the_provider_gets_what_it_would_have_got_without_us(
    world: WayOut,
    provider: Provider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    client: Callable[[bool], Any],
    authority: WorldAuthority,
) -> None:
    """Byte for byte, head and body, less what speaks of one connection only; the run beside it goes straight
    through the company's proxy.
    """
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(authority.file))
    with monkeypatch.context() as patch:
        patch.setenv("HTTPS_PROXY", world.url)
        patch.setenv("https_proxy", world.url)
        ask(client, stream=True)
    with running(world, tmp_path) as run, monkeypatch.context() as patch:
        for name, value in run.environ.items():
            patch.setenv(name, value)
        ask(client, stream=True)
    alone, watched = provider.seen
    assert watched.body == alone.body
    assert watched.head == re.sub(rb"Connection: [-a-z]+\r\n", b"", alone.head)


OPENAI = f"""
    import openai
    print(openai.OpenAI(api_key="k").chat.completions.create(**{BODY!r}).choices[0].message.content)
"""
AIOHTTP = f"""
    import aiohttp, asyncio
    async def ask():
        async with aiohttp.ClientSession(trust_env=True) as session:
            async with session.post("{CHAT}", json={BODY!r}) as reply:
                print((await reply.json())["choices"][0]["message"]["content"])
    asyncio.run(ask())
"""


@pytest.mark.parametrize("program", [OPENAI, AIOHTTP])
def test_an_agent_in_another_process_needs_nothing_but_its_variables(
    world: WayOut, tmp_path: Path, program: str
) -> None:
    pytest.importorskip("aiohttp")
    with running(world, tmp_path) as run:
        command = [sys.executable, "-c", textwrap.dedent(program)]
        done = subprocess.run(command, env=run.environ, stdout=subprocess.PIPE, text=True, check=True)
        assert done.stdout.strip() == TEXT
        assert len(run.trace().model_calls) == 1


def test_a_fault_strikes_as_it_would_from_the_provider(world: WayOut, tmp_path: Path) -> None:
    with running(world, tmp_path, schedule="server_error(status=503)@model") as run:
        trusted = ssl.create_default_context(cafile=run.environ["SSL_CERT_FILE"])
        with httpx.Client(proxy=run.proxy, verify=trusted) as client:
            assert client.post(CHAT, json=BODY).status_code == 503


def test_a_cut_answer_of_no_stated_length_is_no_clean_end(proxied: Run, provider: Provider) -> None:
    async def broken(_: Any, wire: Any) -> None:
        await wire.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf an ans")
        wire.reset()

    provider.script = broken
    with pytest.raises(httpx.TransportError):
        httpx.post(CHAT, json=BODY)


def test_what_is_no_model_call_passes_and_its_place_is_noted(proxied: Run, provider: Provider) -> None:
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    assert httpx.get("https://api.openai.com/v1/models").json() == {}
    trace = proxied.trace()
    assert trace.calls == ()
    ((connection,),) = [record.connections for record in trace.coverage]
    assert (connection.host, connection.port) == ("api.openai.com", 443)
    assert (connection.seen_by, connection.purpose) == ("proxy", "model")


def test_a_plain_request_is_read_on_its_way_too(proxied: Run, provider: Provider, world: WayOut) -> None:
    """As to a model server of one's own; a proxy further out gets it whole."""
    world.names["models.example"] = urlsplit(provider.url).port or 0
    url = "http://models.example:8000/v1/chat/completions?x=1"
    assert said(httpx.post(url, json=BODY).content) == TEXT
    assert provider.seen[0].line == "POST /v1/chat/completions?x=1 HTTP/1.1"
    assert provider.seen[0].headers["host"] == "models.example:8000"
    assert "proxy-authorization" not in provider.seen[0].headers
    assert world.asked == ["POST http://models.example:8000/v1/chat/completions?x=1 HTTP/1.1"]
    (call,) = proxied.trace().model_calls
    assert call.status == 200


def test_a_model_server_on_this_machine_is_read_too(proxied: Run, provider: Provider) -> None:
    assert said(httpx.post(f"{provider.url}/v1/chat/completions", json=BODY).content) == TEXT
    assert len(proxied.trace().model_calls) == 1


def test_plain_http_through_a_tunnel_is_read_as_well(
    world: WayOut, provider: Provider, tmp_path: Path
) -> None:
    """As some clients ask a proxy for it, whatever the scheme."""
    world.names["llm.example"] = urlsplit(provider.url).port or 0
    with (
        running(world, tmp_path, Interception(("llm.example",))) as run,
        tunnel(run, "llm.example:80") as link,
    ):
        body = json.dumps(BODY).encode()
        link.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: llm.example\r\n")
        link.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        assert b"200 OK" in link.recv(65536)
        assert len(run.trace().model_calls) == 1


def test_a_host_asked_for_is_read_with_all_that_lies_below_it(
    world: WayOut, provider: Provider, tmp_path: Path
) -> None:
    with running(world, tmp_path, Interception(("*.example",))) as run:
        trusted = ssl.create_default_context(cafile=run.environ["SSL_CERT_FILE"])
        with httpx.Client(proxy=run.proxy, verify=trusted) as client:
            client.post("https://llm.example/v1/chat/completions", json=BODY)
        assert len(run.trace().model_calls) == 1


def test_a_message_to_a_tool_server_is_known_for_one(
    world: WayOut, provider: Provider, tmp_path: Path
) -> None:
    provider.says(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
    with running(world, tmp_path, Interception(("*",))) as run:
        trusted = ssl.create_default_context(cafile=run.environ["SSL_CERT_FILE"])
        with httpx.Client(proxy=run.proxy, verify=trusted) as client:
            client.post(f"https://{ELSEWHERE}/mcp", headers={"MCP-Protocol-Version": "2025-11-25"})
        ((connection,),) = [record.connections for record in run.trace().coverage]
        assert (connection.host, connection.seen_by, connection.purpose) == (ELSEWHERE, "proxy", "mcp")


# -- what is only carried ----------------------------------------------------------------------------


def test_other_hosts_are_carried_untouched_and_unread(
    proxied: Run, provider: Provider, authority: WorldAuthority
) -> None:
    """The client sees the host's own certificate, and so trusts ours for nothing."""
    provider.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    with tunnel(proxied, f"{ELSEWHERE}:443") as link:
        world_only = ssl.create_default_context(cafile=str(authority.file))
        with world_only.wrap_socket(link, server_hostname=ELSEWHERE) as secure:
            secure.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
            assert secure.recv(4096)
    assert len(provider.seen) == 1
    trace = proxied.trace()
    assert trace.calls == ()
    ((connection,),) = [record.connections for record in trace.coverage]
    assert (connection.host, connection.port, connection.seen_by) == (ELSEWHERE, 443, "")
    assert (connection.bytes or 0) > 1000


def test_a_tunnel_carries_any_bytes_whoever_speaks_first_and_each_side_ends_by_itself(
    proxied: Run, world: WayOut, elsewhere: Callable[..., str]
) -> None:
    async def speaks_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00hello")
        heard = await reader.read(-1)  # up to the client's end
        writer.write(bytes(reversed(heard)))
        writer.close()

    world.names["odd.example"] = urlsplit(elsewhere(speaks_first)).port or 0
    sent = os.urandom(3_000_000)
    with tunnel(proxied, "odd.example:9") as link:
        link.sendall(sent)
        link.shutdown(socket.SHUT_WR)
        heard = b""
        while more := link.recv(65536):
            heard += more
    assert heard == b"\x00hello" + bytes(reversed(sent))


def test_a_host_that_cannot_be_reached_is_said_so(proxied: Run, world: WayOut) -> None:
    with pytest.raises(ConnectionError, match="502"), tunnel(proxied, "nowhere.example:443"):
        pass
    assert world.asked == ["CONNECT nowhere.example:443 HTTP/1.1"]


def test_a_host_to_be_let_alone_is_let_alone(world: WayOut, tmp_path: Path) -> None:
    with running(world, tmp_path, Interception(tunnelled=("api.openai.com",))) as run:
        trusted = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])  # without our authority
        with httpx.Client(proxy=run.proxy, verify=trusted) as client:
            assert client.post(CHAT, json=BODY).status_code == 200
        assert run.trace().calls == ()


# -- who may come in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", ["", "session:wrong", "session:", "x"])
def test_whoever_has_no_token_is_refused(proxied: Run, world: WayOut, pair: str) -> None:
    place = urlsplit(proxied.door).netloc
    proxy = f"http://{pair}@{place}" if pair else f"http://{place}"
    with httpx.Client(proxy=proxy) as client:
        with pytest.raises(httpx.ProxyError, match="407"):
            client.post(CHAT, json=BODY)
        refused = client.get("http://models.example/")
        assert refused.status_code == 407
        assert refused.headers["proxy-authenticate"].startswith("Basic")
    assert world.asked == []


def test_a_session_that_asked_for_no_proxy_is_none(world: WayOut) -> None:
    with background(environ={}) as gateway:
        door = gateway.open_session(Orders(id="t").open())
        with httpx.Client(proxy=proxy_url(door)) as client, pytest.raises(httpx.ProxyError, match="407"):
            client.post(CHAT, json=BODY)


def test_a_client_that_trusts_its_own_list_alone_is_said_aloud(
    proxied: Run, authority: WorldAuthority
) -> None:
    pinned = ssl.create_default_context(cafile=str(authority.file))
    with httpx.Client(proxy=proxied.proxy, verify=pinned) as client, pytest.raises(httpx.ConnectError):
        client.post(CHAT, json=BODY)
    trace = proxied.trace()
    (complaint,) = proxied.proxying.contacts.complaints
    assert "api.openai.com refused the certificate" in complaint
    assert "nothing of it was seen" in complaint
    assert "--tunnel api.openai.com" in complaint
    (record,) = trace.coverage
    assert [(way.name, way.attached) for way in record.ways] == [("proxy", True), ("proxy", False)]
    assert [connection.seen_by for connection in record.connections] == [""]
    assert [escaped.place for escaped in trace.certificate.escaped] == ["api.openai.com:443"]
    assert any("the way in by proxy did not open" in one for one in trace.certificate.sentences)


def test_the_files_of_the_authority_end_with_the_run(world: WayOut, tmp_path: Path) -> None:
    with running(world, tmp_path) as run:
        bundle = Path(run.environ["SSL_CERT_FILE"])
        assert bundle.is_file()
        assert b"PRIVATE" not in bundle.read_bytes()
        assert bundle.parent.stat().st_mode & 0o077 == 0
    assert not bundle.parent.exists()


def test_bytes_that_are_neither_tls_nor_http_are_carried(
    world: WayOut, tmp_path: Path, elsewhere: Callable[..., str]
) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(100))
        writer.close()

    world.names["llm.example"] = urlsplit(elsewhere(echo)).port or 0
    with (
        running(world, tmp_path, Interception(("llm.example",))) as run,
        tunnel(run, "llm.example:443") as link,
    ):
        link.sendall(b"\x01\x02\x03")
        assert link.recv(100) == b"\x01\x02\x03"


# -- by hand -----------------------------------------------------------------------------------------


@contextmanager
def tunnel(run: Run, place: str) -> Iterator[socket.socket]:
    """A connection through the proxy, before anything is said on it."""
    parts = urlsplit(run.proxy)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as link:
        authorization = httpx.BasicAuth(parts.username or "", parts.password or "")._auth_header
        lines = (
            f"CONNECT {place} HTTP/1.1",
            f"Host: {place}",
            f"Proxy-Authorization: {authorization}",
            "",
            "",
        )
        link.sendall("\r\n".join(lines).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n") and (more := link.recv(1)):
            head += more
        if b" 200 " not in head:
            raise ConnectionError(head.decode())
        yield link
