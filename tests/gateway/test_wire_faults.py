"""The faults of the wire behind the real gateway, as bytes and ends of a real connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import anthropic
import httpx2
import openai
import pytest

from agentprobe.chaos.injector import injectors
from agentprobe.chaos.schedule import Schedule
from agentprobe.dialects import dialect_for
from agentprobe.domain.model import ModelAnswer
from agentprobe.domain.wire import HttpRequest, Piece

if TYPE_CHECKING:
    from tests.gateway.conftest import Client, Opening

Open = Callable[[str], str]
TEXT = "Seventeen, as far as the records say."
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "How many?"}]}).encode()
STREAMED = BODY[:-1] + b', "stream": true}'
TIMEOUT = httpx2.Timeout(10, read=0.5)
ASKED: Any = [{"role": "user", "content": "How many?"}]


def answering(request: HttpRequest) -> Generator[Piece, None, None]:
    dialect = dialect_for(request.method, request.target)
    assert dialect is not None
    reply = dialect.write_answer(ModelAnswer(text=TEXT), dialect.read_request(request.body))
    yield reply.head
    yield from reply.chunks


@pytest.fixture
def under(opening: Opening) -> Open:
    """Open a session under these faults; gives its base URL."""

    def open_session(schedule: str) -> str:
        return opening(*injectors(Schedule.parse(schedule)), answer=answering)

    return open_session


@pytest.mark.parametrize("fault", ["connection_refused", "connection_reset", "connection_reset(after=true)"])
@pytest.mark.parametrize("body", [BODY, STREAMED])
def test_before_the_head_a_connection_is_really_reset(
    under: Open, connect: Callable[..., Client], fault: str, body: bytes
) -> None:
    client = connect(under(f"{fault}@model"))
    client.ask(body=body)
    with pytest.raises(ConnectionResetError):
        client.rest()


def test_a_kept_connection_is_closed_at_its_second_use_without_an_answer(
    under: Open, connect: Callable[..., Client]
) -> None:
    url = under("idle_connection_closed(seconds=0)@model")
    client = connect(url)
    client.ask(body=BODY)
    assert client.reply()[0] == 200
    client.ask(body=BODY)
    assert client.rest() == b""
    again = connect(url)
    again.ask(body=BODY)
    assert again.reply()[0] == 200


@pytest.mark.parametrize("body", [BODY, STREAMED])
def test_a_short_body_ends_before_the_length_that_its_head_states(
    under: Open, connect: Callable[..., Client], body: bytes
) -> None:
    client = connect(under("short_body@model"))
    client.ask(body=body)
    head, _, came = client.rest().partition(b"\r\n\r\n")
    stated = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length: "))
    assert len(came) == int(stated.split()[1]) // 2
    assert b"chunked" not in head


def test_an_answer_that_hangs_has_begun_and_the_connection_stays_open(
    under: Open, connect: Callable[..., Client]
) -> None:
    client = connect(under("hang_mid_answer@model"))
    client.ask(body=STREAMED)
    client.until(b"\r\n\r\n")
    assert client.chunk().startswith(b"data: ")
    client.link.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.rest()


def test_slow_pieces_come_one_by_one(under: Open, connect: Callable[..., Client]) -> None:
    client = connect(under("slow_chunks(seconds=0.01)@model"))
    client.ask(body=STREAMED)
    client.until(b"\r\n\r\n")
    client.link.settimeout(5)
    pieces: list[bytes] = []
    while b"[DONE]" not in b"".join(pieces):
        pieces.append(client.link.recv(65536))
    assert len(pieces) > 3


@pytest.mark.parametrize("status", [200, 413, 502])
def test_a_page_is_a_page_with_its_length(under: Open, connect: Callable[..., Client], status: int) -> None:
    client = connect(under(f"gateway_page(status={status})@model"))
    client.ask(body=BODY)
    got, headers, body = client.reply()
    assert got == status
    assert headers["content-type"].startswith("text/html")
    assert int(headers["content-length"]) == len(body)
    assert body.startswith(b"<html>")


def test_bytes_that_are_no_gzip_and_no_text_and_a_wrong_type_pass_as_they_are(
    under: Open, connect: Callable[..., Client]
) -> None:
    client = connect(under('bad_gzip@model, invalid_utf8@model, wrong_content_type(says="text/html")@model'))
    client.ask(body=BODY)
    _, headers, body = client.reply()
    assert (headers["content-encoding"], headers["content-type"]) == ("gzip", "text/html")
    assert b"\xe2\x82" in body


def openai_asks(url: str, *, stream: bool) -> None:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0, timeout=TIMEOUT) as client:
        got: Any = client.chat.completions.create(model="m", messages=ASKED, stream=stream)
        if stream:
            list(got)


def openai_asks_async(url: str, *, stream: bool) -> None:
    async def main() -> None:
        async with openai.AsyncOpenAI(
            base_url=f"{url}/v1", api_key="k", max_retries=0, timeout=TIMEOUT
        ) as client:
            got: Any = await client.chat.completions.create(model="m", messages=ASKED, stream=stream)
            if stream:
                _ = [event async for event in got]

    asyncio.run(main())


def anthropic_asks(url: str, *, stream: bool) -> None:
    with anthropic.Anthropic(base_url=url, api_key="k", max_retries=0, timeout=TIMEOUT) as client:
        got: Any = client.messages.create(model="m", max_tokens=99, messages=ASKED, stream=stream)
        if stream:
            list(got)


ASKING = pytest.mark.parametrize("asks", [openai_asks, openai_asks_async, anthropic_asks])


@ASKING
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", ["connection_refused", "connection_reset"])
def test_an_sdk_meets_the_same_as_in_its_process(
    under: Open, asks: Callable[..., None], stream: bool, fault: str
) -> None:
    with pytest.raises((openai.APIConnectionError, anthropic.APIConnectionError)) as caught:
        asks(under(f"{fault}@model"), stream=stream)
    assert isinstance(caught.value.__cause__, httpx2.ReadError)


@ASKING
@pytest.mark.parametrize(
    ("fault", "cause"),
    [("short_body", httpx2.RemoteProtocolError), ("hang_mid_answer", httpx2.ReadTimeout)],
)
def test_an_sdk_meets_the_ends_of_an_answer_as_in_its_process(
    under: Open, asks: Callable[..., None], fault: str, cause: type[Exception]
) -> None:
    url = under(f"{fault}@model")
    for stream in (False, True):
        with pytest.raises(
            (openai.APIConnectionError, anthropic.APIConnectionError, httpx2.TransportError)
        ) as caught:
            asks(url, stream=stream)
        met = caught.value if isinstance(caught.value, httpx2.TransportError) else caught.value.__cause__
        assert isinstance(met, cause)
