"""Faults of the wire in the words of requests, of aiohttp and of Ollama's own client."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import aiohttp
import ollama
import pytest
import requests

import agentprobe
from agentprobe.dialects import dialect_for
from agentprobe.domain.model import Finish, ModelAnswer
from agentprobe.domain.wire import HttpRequest, Piece

URL = "http://127.0.0.1:9/v1/chat/completions"
ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def answering(request: HttpRequest) -> Generator[Piece, None, None]:
    dialect = dialect_for(request.method, request.target)
    assert dialect is not None
    asked = dialect.read_request(request.body, request.target)
    reply = dialect.write_answer(ModelAnswer(text="one two three four", finish=Finish.STOP), asked)
    yield reply.head
    yield from reply.chunks


async def post() -> object:
    timeout = aiohttp.ClientTimeout(sock_read=30)
    async with aiohttp.ClientSession(timeout=timeout) as client, client.post(URL, json=ASKED) as reply:
        return await reply.json()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("connection_refused", requests.ConnectionError),
        ("connection_reset", requests.ConnectionError),
        ("idle_connection_closed", requests.ConnectionError),
        ("short_body", requests.exceptions.ChunkedEncodingError),
        ("hang_mid_answer", requests.ConnectionError),
        ("bad_gzip", requests.exceptions.ContentDecodingError),
    ],
)
def test_requests_raises_what_it_does_on_a_socket(fault: str, error: type[Exception]) -> None:
    with agentprobe.session(virtual=True, schedule=f"{fault}@model", model=answering) as active:
        if fault == "idle_connection_closed":
            requests.post(URL, json=ASKED, timeout=30)
        with pytest.raises(error) as caught:
            requests.post(URL, json=ASKED, timeout=30)
    said = {
        "connection_refused": "refused",
        "connection_reset": "reset by peer",
        "short_body": "IncompleteRead",
    }
    assert said.get(fault, "") in str(caught.value)
    assert active.injector is not None
    assert len(active.injector.receipts) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("connection_refused", aiohttp.ClientConnectorError),
        ("connection_reset", aiohttp.ClientOSError),
        ("short_body", aiohttp.ClientPayloadError),
        ("hang_mid_answer", aiohttp.SocketTimeoutError),
    ],
)
def test_aiohttp_raises_what_it_does_on_a_socket(fault: str, error: type[Exception]) -> None:
    with (
        agentprobe.session(virtual=True, schedule=f"{fault}@model", model=answering) as active,
        pytest.raises(error) as caught,
    ):
        active.run(post())
    assert type(caught.value) is error


@pytest.mark.parametrize("fault", ["slow_chunks", "gateway_page(status=502)", "invalid_utf8"])
def test_the_other_faults_reach_requests_as_bytes(fault: str) -> None:
    with agentprobe.session(virtual=True, schedule=f"{fault}@model", model=answering) as active:
        reply = requests.post(URL, json=ASKED, timeout=30)
    if fault == "slow_chunks":
        assert active.session.clock.now() == pytest.approx(2)
        assert reply.json()["choices"][0]["message"]["content"] == "one two three four"
    elif fault == "invalid_utf8":
        assert b"\xe2\x82" in reply.content
    else:
        assert (reply.status_code, reply.text[:6]) == (502, "<html>")


@pytest.mark.parametrize("stream", [False, True])
def test_ollamas_client_knows_a_refused_connection(stream: bool) -> None:
    with (
        agentprobe.session(virtual=True, schedule="connection_refused@model", model=answering),
        ollama.Client(host="http://127.0.0.1:9") as client,
        pytest.raises(Exception, match="Connection refused" if stream else "Failed to connect"),
    ):
        list(client.chat("m", [{"role": "user", "content": "hi"}], stream=stream))
