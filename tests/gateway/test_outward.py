"""The gateway's own way out, through whatever proxy stands between it and the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tests.gateway.network import WayOut, WorldAuthority

from agentprobe.adapters.orders import Orders
from agentprobe.gateway.background import background
from agentprobe.gateway.outward import Outward

if TYPE_CHECKING:
    from tests.gateway.conftest import Client, Provider

Connect = Callable[..., "Client"]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def out(provider: Provider, elsewhere: Callable[..., str]) -> WayOut:
    provider.says(OK)
    way = WayOut({"llm.example": urlsplit(provider.url).port or 0})
    way.url = elsewhere(way.serve)
    return way


@contextmanager
def door(environ: dict[str, str], upstream: str) -> Iterator[str]:
    with background(environ=environ) as gateway:
        yield gateway.open_session(Orders(id="t").open(), {"openai": upstream})


def test_a_provider_is_reached_through_the_proxy_of_the_environment(
    out: WayOut, provider: Provider, connect: Connect
) -> None:
    with door({"http_proxy": out.url}, "http://llm.example:81") as url:
        client = connect(url)
        for _ in range(2):
            client.ask()
            assert client.reply()[::2] == (200, b"{}")
    assert out.asked == ["POST http://llm.example:81/v1/chat/completions HTTP/1.1"]  # and then it is kept
    assert provider.seen[0].line == "POST /v1/chat/completions HTTP/1.1"
    assert provider.seen[0].headers["host"] == "llm.example:81"


def test_a_provider_behind_tls_is_reached_in_a_tunnel(
    out: WayOut,
    provider: Provider,
    connect: Connect,
    elsewhere: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And its certificate is looked at, not the proxy's."""
    authority = WorldAuthority(tmp_path)
    out.names = {
        "llm.example": urlsplit(elsewhere(provider.serve, authority.serving("llm.example"))).port or 0
    }
    out.names["other.example"] = out.names["llm.example"]
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with door({"HTTPS_PROXY": out.url}, "https://llm.example") as url:
        client = connect(url)
        for _ in range(2):
            client.ask()
            assert client.reply()[::2] == (200, b"{}")
    assert out.asked == ["CONNECT llm.example:443 HTTP/1.1"]
    with door({"HTTPS_PROXY": out.url}, "https://other.example") as url:
        client = connect(url)
        client.ask()
        status, _, body = client.reply()
    assert status == 502
    assert b"hostname mismatch" in body.lower()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_asks_who_we_are_is_told(
    out: WayOut,
    provider: Provider,
    connect: Connect,
    scheme: str,
    elsewhere: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if scheme == "https":
        authority = WorldAuthority(tmp_path)
        serving = elsewhere(provider.serve, authority.serving("llm.example"))
        out.names = {"llm.example": urlsplit(serving).port or 0}
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    out.password = "me:s/3cret"
    url_of_mine = out.url.replace("http://", "http://me:s%2F3cret@")
    with door({"ALL_PROXY": url_of_mine}, f"{scheme}://llm.example") as url:
        client = connect(url)
        client.ask()
        assert client.reply()[0] == 200
    with door({"ALL_PROXY": out.url}, f"{scheme}://llm.example") as url:
        client = connect(url)
        client.ask()
        assert client.reply()[0] in (407, 502)


def test_a_proxy_that_will_not_is_quoted(out: WayOut, connect: Connect) -> None:
    with door({"HTTPS_PROXY": out.url}, "https://secret.example") as url:
        client = connect(url)
        client.ask()
        status, _, body = client.reply()
    assert status == 502
    assert b"403 Not that one" in body
    assert b"HTTPS_PROXY names" in body


def test_a_proxy_that_is_not_there_is_named(connect: Connect) -> None:
    with door({"HTTPS_PROXY": "http://127.0.0.1:1"}, "https://llm.example") as url:
        client = connect(url)
        client.ask()
        status, _, body = client.reply()
    assert status == 502
    assert b"the proxy http://127.0.0.1:1 that HTTPS_PROXY names cannot be reached" in body


def test_a_kind_of_proxy_that_is_not_spoken_is_said_so(connect: Connect) -> None:
    with door({"ALL_PROXY": "socks5://127.0.0.1:1"}, "https://llm.example") as url:
        client = connect(url)
        client.ask()
        status, _, body = client.reply()
    assert status == 502
    assert b"it speaks to HTTP proxies" in body


def test_this_machine_is_never_reached_by_a_proxy(out: WayOut, provider: Provider, connect: Connect) -> None:
    with door({"http_proxy": out.url, "ALL_PROXY": out.url}, provider.url) as url:
        client = connect(url)
        client.ask()
        assert client.reply()[0] == 200
    assert out.asked == []


@pytest.mark.parametrize(
    ("said", "host", "straight"),
    [
        ("*", "a.example", True),
        ("example", "a.example", True),
        (".example", "a.example", True),
        ("*.example", "a.example", True),
        ("a.example", "a.example", True),
        ("A.Example", "a.example", True),
        ("ample", "a.example", False),
        ("b.example, a.example", "a.example", True),
        ("a.example:443", "a.example", True),
        ("a.example:80", "a.example", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("fd00::/8", "fd00::1", True),
        ("[fd00::1]:443", "fd00::1", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("", "a.example", False),
        (",", "a.example", False),
    ],
)
def test_what_no_proxy_says_is_heeded(said: str, host: str, straight: bool) -> None:
    outward = Outward({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": said})
    assert (outward.proxy("https", host, 443) is None) is straight


def test_the_scheme_chooses_the_variable_and_small_letters_go_first() -> None:
    outward = Outward({"HTTPS_PROXY": "big:1", "https_proxy": "small", "ALL_PROXY": "http://all:3"})
    assert str(outward.proxy("https", "a.example", 443)).startswith(
        "the proxy http://small:80 that https_proxy"
    )
    assert str(outward.proxy("http", "a.example", 80)).startswith("the proxy http://all:3 that ALL_PROXY")
