"""While a session is simulated no library of the process reaches a provider, hooked or not."""

from __future__ import annotations

import asyncio
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

import agentprobe
from agentprobe.adapters import http_hook
from agentprobe.adapters.orders import Orders
from agentprobe.domain.hosts import is_provider

if TYPE_CHECKING:
    from tests.adapters.conftest import Script, Wire


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api.openai.com", True),
        ("API.OpenAI.com.", True),
        ("mine.openai.azure.com", True),
        ("bedrock-runtime.us-east-1.amazonaws.com", True),
        ("s3.us-east-1.amazonaws.com", False),
        ("localhost", False),
        ("api.openai.com.evil.test", False),
    ],
)
def test_providers_are_known_by_their_hosts(host: str, expected: bool) -> None:
    assert is_provider(host) is expected


def test_a_library_that_is_not_hooked_does_not_reach_a_provider(
    wire: Wire, script: Callable[..., Script]
) -> None:
    with agentprobe.session(model=script(wire.openai("never"))):
        with pytest.raises(urllib.error.URLError, match=r"nothing is sent to api\.openai\.com"):
            urllib.request.urlopen("http://api.openai.com/v1/models", timeout=5)
        with pytest.raises(socket.gaierror, match="behind the gateway"):
            asyncio.run(connected())


async def connected() -> None:
    await asyncio.open_connection("api.anthropic.com", 443)


def test_a_thread_that_nobody_knows_does_not_either(wire: Wire, script: Callable[..., Script]) -> None:
    met: list[Exception] = []

    def resolve() -> None:
        try:
            socket.getaddrinfo(b"api.openai.com", 443)
        except OSError as error:
            met.append(error)

    model = script(wire.openai("never"))
    with agentprobe.session(model=model), agentprobe.session(model=model):
        thread = threading.Thread(target=resolve)
        thread.start()
        thread.join(10)
    assert "simulated" in str(met[0])


def test_other_hosts_and_other_sessions_are_not_concerned(
    monkeypatch: pytest.MonkeyPatch, wire: Wire, script: Callable[..., Script]
) -> None:
    with agentprobe.session(model=script(wire.openai("never"))):
        assert socket.getaddrinfo("127.0.0.1", 80)
        with Orders(id="real").open() as active:
            assert not active.simulated


def test_name_resolution_is_given_back() -> None:
    before = socket.getaddrinfo
    http_hook.install()
    assert socket.getaddrinfo is not before
    http_hook.uninstall()
    assert socket.getaddrinfo is before
