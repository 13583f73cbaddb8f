"""Every way in which an agent asks a model: each SDK, whole or streamed, synchronous or not, no socket."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import anthropic
import httpx2
import openai
import pytest

import agentprobe
from agentprobe.dialects import dialect_for
from agentprobe.domain.model import Finish, ModelAnswer
from agentprobe.domain.wire import HttpRequest, Piece

TEXT = "The refund of order A-1 is on its way to you."
CLIENTS: dict[str, tuple[Any, Any, str]] = {
    "openai_chat": (openai.OpenAI, openai.AsyncOpenAI, "http://127.0.0.1:9/v1"),
    "openai_responses": (openai.OpenAI, openai.AsyncOpenAI, "http://127.0.0.1:9/v1"),
    "anthropic_messages": (anthropic.Anthropic, anthropic.AsyncAnthropic, "http://127.0.0.1:9"),
}


@dataclass(frozen=True)
class Way:
    """One way to ask."""

    dialect: str
    stream: bool
    is_async: bool

    @property
    def sdk(self) -> Any:
        """The SDK with its errors."""
        return anthropic if self.dialect == "anthropic_messages" else openai

    def __str__(self) -> str:
        return f"{self.dialect}-{'stream' if self.stream else 'whole'}-{'async' if self.is_async else 'sync'}"


@dataclass
class Said:
    """What came of one question: the text that the agent got, and the error that ended it."""

    text: str = ""
    error: Exception | None = None
    got: Any = None
    """What the SDK returned, where it was not streamed."""


@dataclass
class Met:
    """What came of all questions of a session."""

    said: list[Said] = field(default_factory=list)
    did: list[str] = field(default_factory=list)
    """What the injector's receipts say."""
    asked: list[HttpRequest] = field(default_factory=list)
    """What reached the provider."""
    seconds: float = 0.0

    @property
    def one(self) -> Said:
        (only,) = self.said
        return only


@dataclass
class _Provider:
    """Answers every request with the same words."""

    asked: list[HttpRequest]

    def pieces(self, request: HttpRequest) -> Generator[Piece, None, None]:
        self.asked.append(request)
        dialect = dialect_for(request.method, request.target)
        assert dialect is not None
        asked = dialect.read_request(request.body, request.target)
        reply = dialect.write_answer(ModelAnswer(text=TEXT, finish=Finish.STOP), asked)
        yield reply.head
        yield from reply.chunks


Meet = Callable[..., Met]


@cache
def _context() -> ssl.SSLContext:
    """One for all clients: to make it takes longer than everything else here."""
    return ssl.create_default_context()


def _client(way: Way, key: str = "k", retries: int = 2, timeout: Any = None) -> Any:
    sync, not_sync, url = CLIENTS[way.dialect]
    http = (httpx2.AsyncClient if way.is_async else httpx2.Client)(verify=_context())
    options: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
    kind = not_sync if way.is_async else sync
    return kind(api_key=key, base_url=url, http_client=http, max_retries=retries, **options)


def _create(way: Way, client: Any, model: str = "m", text: str = "refund A-1", **more: Any) -> Any:
    if way.stream:
        more["stream"] = True
    told = [{"role": "user", "content": text}]
    if way.dialect == "openai_responses":
        return client.responses.create(model=model, input=text, **more)
    if way.dialect == "openai_chat":
        return client.chat.completions.create(model=model, messages=told, **more)
    return client.messages.create(model=model, messages=told, **{"max_tokens": 100, **more})


def _text(way: Way, whole: Any) -> str:
    if isinstance(whole, str):
        return whole
    if way.dialect == "openai_responses":
        return str(whole.output_text)
    if way.dialect == "openai_chat":
        return whole.choices[0].message.content or ""
    return "".join(getattr(block, "text", "") for block in whole.content)


def _part(way: Way, event: Any) -> str:
    if way.dialect == "openai_responses":
        return event.delta if event.type == "response.output_text.delta" else ""
    if way.dialect == "openai_chat":
        return (event.choices[0].delta.content or "") if event.choices else ""
    return getattr(event.delta, "text", "") if event.type == "content_block_delta" else ""


_OF_A_CLIENT = ("key", "retries", "timeout")


def _split(ask: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    client = {name: value for name, value in ask.items() if name in _OF_A_CLIENT}
    return client, {name: value for name, value in ask.items() if name not in _OF_A_CLIENT}


def _ask(way: Way, ask: dict[str, Any]) -> Said:
    said = Said()
    of_client, more = _split(ask)
    try:
        with _client(way, **of_client) as client:
            got = _create(way, client, **more)
            if way.stream:
                events: Iterator[Any] = got
                for event in events:
                    said.text += _part(way, event)
            else:
                said.got, said.text = got, _text(way, got)
    except Exception as error:
        said.error = error
    return said


async def _ask_async(way: Way, ask: dict[str, Any]) -> Said:
    said = Said()
    of_client, more = _split(ask)
    try:
        async with _client(way, **of_client) as client:
            got = await _create(way, client, **more)
            if way.stream:
                events: AsyncIterator[Any] = got
                async for event in events:
                    said.text += _part(way, event)
            else:
                said.got, said.text = got, _text(way, got)
    except Exception as error:
        said.error = error
    return said


@pytest.fixture
def meet() -> Meet:
    """Ask in some way, once or for each dict of options, in one session with these faults."""

    def run(way: Way, schedule: str, *asks: dict[str, Any]) -> Met:
        met = Met()
        provider = _Provider(met.asked)
        with agentprobe.session(virtual=True, schedule=schedule, model=provider) as active:
            for ask in asks or ({},):
                met.said.append(active.run(_ask_async(way, ask)) if way.is_async else _ask(way, ask))
        assert active.injector is not None
        met.did = [receipt.did for receipt in active.injector.receipts]
        met.seconds = active.session.clock.now()
        return met

    return run


WAYS = [
    Way(dialect, stream, is_async)
    for dialect in CLIENTS
    for stream in (False, True)
    for is_async in (False, True)
]


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """Each way to ask in turn."""
    found: Way = request.param
    return found


@pytest.fixture(params=[WAYS[0], WAYS[7], WAYS[9], WAYS[10]], ids=str)
def some_way(request: pytest.FixtureRequest) -> Way:
    """A few ways that differ in all respects, for what does not depend on the way."""
    found: Way = request.param
    return found
