"""Two faults at one call: in process and through the gateway, sync and async, streamed and not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import openai
import pytest

import agentprobe
from agentprobe.chaos.schedule import Schedule
from agentprobe.dialects import dialect_for
from agentprobe.domain.model import ModelAnswer
from agentprobe.domain.wire import HttpRequest, Piece
from agentprobe.splice.results import injectors

if TYPE_CHECKING:
    from tests.gateway.conftest import Opening

TEXT = "Seventeen, as far as the records say."
SCHEDULE = "latency(seconds=0.05)@model:1, cut_answer@model:1, server_error@model:2"
ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "How many?"}]}
Ask = Callable[[str], tuple[str, str | None]]


def answering(request: HttpRequest) -> Generator[Piece, None, None]:
    dialect = dialect_for(request.method, request.target)
    assert dialect is not None
    reply = dialect.write_answer(ModelAnswer(text=TEXT), dialect.read_request(request.body))
    yield reply.head
    yield from reply.chunks


def whole(url: str) -> tuple[str, str | None]:
    with openai.OpenAI(api_key="none", base_url=url, max_retries=0) as client:
        choice = client.chat.completions.create(**ASKED).choices[0]
    return choice.message.content or "", choice.finish_reason


def streamed(url: str) -> tuple[str, str | None]:
    with openai.OpenAI(api_key="none", base_url=url, max_retries=0) as client:
        choices = [
            one.choices[0] for one in client.chat.completions.create(**ASKED, stream=True) if one.choices
        ]
    return "".join(one.delta.content or "" for one in choices), choices[-1].finish_reason


def whole_async(url: str) -> tuple[str, str | None]:
    async def ask() -> tuple[str, str | None]:
        async with openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:
            choice = (await client.chat.completions.create(**ASKED)).choices[0]
        return choice.message.content or "", choice.finish_reason

    return asyncio.run(ask())


def streamed_async(url: str) -> tuple[str, str | None]:
    async def ask() -> tuple[str, str | None]:
        async with openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:
            stream = await client.chat.completions.create(**ASKED, stream=True)
            choices = [one.choices[0] async for one in stream if one.choices]
        return "".join(one.delta.content or "" for one in choices), choices[-1].finish_reason

    return asyncio.run(ask())


EVERY_WAY = pytest.mark.parametrize("ask", [whole, streamed, whole_async, streamed_async])


def check(ask: Ask, url: str) -> None:
    """The first answer is late and cut, the second a failure, the third as it should be."""
    text, finish = ask(url)
    assert (TEXT.startswith(text), 0 < len(text) < len(TEXT), finish) == (True, True, "length")
    with pytest.raises(openai.InternalServerError) as caught:
        ask(url)
    assert caught.value.response.headers["x-agentprobe-fault"] == "server_error"
    assert ask(url) == (TEXT, "stop")


@EVERY_WAY
def test_in_process(ask: Ask) -> None:
    with agentprobe.session(virtual=True, schedule=SCHEDULE, model=answering) as active:
        check(ask, "http://127.0.0.1:9/v1")
        assert active.session.clock.now() == pytest.approx(0.05)
    assert active.injector is not None
    assert [one.fault for one in active.injector.receipts] == ["latency", "cut_answer", "server_error"]


@EVERY_WAY
def test_through_the_gateway(ask: Ask, opening: Opening) -> None:
    url = opening(*injectors(Schedule.parse(SCHEDULE), label=True), answer=answering)
    check(ask, f"{url}/v1")
