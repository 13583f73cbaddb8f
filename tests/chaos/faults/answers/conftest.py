"""What real SDKs make of an answer that a fault has changed: each provider's, streamed and not, no socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import anthropic
import ollama
import openai
import pytest
from google import genai
from google.genai import types

import agentprobe
from agentprobe.chaos.injector import Receipt
from agentprobe.dialects import dialect_for, dialect_named
from agentprobe.domain.model import (
    Finish,
    Message,
    ModelAnswer,
    ModelRequest,
    ModelSettings,
    ToolCall,
    ToolResult,
    ToolSpec,
    Usage,
)
from agentprobe.domain.wire import HttpReply, HttpRequest, Piece

SCHEMA = {
    "type": "object",
    "properties": {
        "order": {"type": "string"},
        "amount": {"type": "number"},
        "customer": {"type": "string"},
        "note": {"type": "string"},
    },
    "required": ["order", "amount", "customer"],
}
REQUEST = ModelRequest(
    model="m",
    messages=(Message(role="user", text="refund A-1"),),
    tools=(
        ToolSpec(name="find", description="Finds an order.", schema=SCHEMA),
        ToolSpec(name="refund", description="Pays money back.", schema=SCHEMA),
    ),
    settings=ModelSettings(max_tokens=100),
)
EARLIER = (
    Message(role="user", text="find A-1"),
    Message(role="assistant", tool_calls=(ToolCall(id="call_0", name="find", arguments="{}"),)),
    Message(role="tool", results=(ToolResult(call_id="call_0", content="A-1 is there"),)),
)
"""A turn before the one in which a model is asked."""
FOUND = {"order": "A-1", "customer": "C-7", "amount": 1}
REFUNDED = {"order": "A-1", "customer": "C-7", "note": "late", "amount": 30}
USAGE = Usage(input_tokens=40, output_tokens=12)


@dataclass
class Got:
    """What an SDK gave to its caller."""

    text: str = ""
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    """Id, name, and the arguments: as they were parsed, by the SDK or by whoever can; else their text."""
    finish: str | None = None
    """The reason to stop, in the provider's word."""
    refusal: str | None = None
    tokens: int | None = None
    """Of the output, as they were counted."""
    reasoning: str = ""
    raw: Any = None
    """All that the SDK gave: an object, or the list of what it streamed."""
    error: Exception | None = None
    """What it raised in the end."""
    receipts: tuple[Receipt, ...] = ()
    reply: HttpReply | None = None
    """What the provider itself had answered."""

    @property
    def arguments(self) -> Any:
        """Those of the last call."""
        return self.calls[-1][2]

    @property
    def did(self) -> str | None:
        """What the fault says that it did; None where it did not fire."""
        return self.receipts[-1].did if self.receipts else None


Read = Callable[[Any, dict[str, Any], Got], None]
"""Asks by one SDK, with a request's fields as keywords, and notes what it gives as it comes."""


def chat(client: openai.OpenAI, asked: dict[str, Any], got: Got) -> None:
    answer: Any = client.chat.completions.create(**asked)
    got.raw, got.tokens = answer, _of(answer, "usage", "completion_tokens")
    for choice in _of(answer, "choices") or []:
        said = choice.message
        got.text, got.finish, got.refusal = said.content or "", choice.finish_reason, said.refusal
        got.reasoning = getattr(said, "reasoning_content", "")
        got.calls = [(c.id, c.function.name, _parsed(c.function.arguments)) for c in said.tool_calls or []]


def chat_streamed(client: openai.OpenAI, asked: dict[str, Any], got: Got) -> None:
    got.raw, texts = [], dict[int, str]()
    for chunk in client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}):
        got.raw.append(chunk)
        got.tokens = _newest(_of(chunk, "usage", "completion_tokens"), got.tokens)
        for choice in _of(chunk, "choices") or []:
            delta = choice.delta
            got.text += delta.content or ""
            got.reasoning += getattr(delta, "reasoning_content", None) or ""
            got.refusal = (got.refusal or "") + delta.refusal if delta.refusal else got.refusal
            got.finish = choice.finish_reason or got.finish
            for part in delta.tool_calls or []:
                if part.index not in texts:
                    got.calls.append((part.id, part.function.name, ""))
                texts[part.index] = texts.get(part.index, "") + (part.function.arguments or "")
        got.calls = [(*call[:2], _parsed(texts[at])) for at, call in enumerate(got.calls)]


def responses(client: openai.OpenAI, asked: dict[str, Any], got: Got) -> None:
    _take_response(client.responses.create(**asked), got)


def responses_streamed(client: openai.OpenAI, asked: dict[str, Any], got: Got) -> None:
    events, texts = list[Any](), dict[int, str]()
    for event in client.responses.create(**asked, stream=True):
        events.append(event)
        match event.type:
            case "response.output_text.delta":
                got.text += event.delta
            case "response.output_item.added" if event.item.type == "function_call":
                got.calls.append((event.item.call_id, event.item.name, ""))
                texts[event.output_index] = ""
            case "response.function_call_arguments.delta":
                texts[event.output_index] += event.delta
            case "response.completed" | "response.incomplete":
                text = got.text
                _take_response(event.response, got)
                got.text = text
    got.raw = events
    got.calls = [
        (*call[:2], _parsed(text)) for call, text in zip(got.calls, texts.values(), strict=False)
    ] or got.calls


def _take_response(answer: Any, got: Got) -> None:
    got.raw, got.tokens = answer, _of(answer, "usage", "output_tokens")
    got.finish = _of(answer, "incomplete_details", "reason") or _of(answer, "status")
    items = _of(answer, "output") or []
    parts = [part for item in items if item.type == "message" for part in item.content]
    got.text = "".join(part.text for part in parts if part.type == "output_text")
    got.refusal = "".join(part.refusal for part in parts if part.type == "refusal") or None
    got.reasoning = "".join(s.text for item in items if item.type == "reasoning" for s in item.summary)
    got.calls = [(i.call_id, i.name, _parsed(i.arguments)) for i in items if i.type == "function_call"]


def messages(client: anthropic.Anthropic, asked: dict[str, Any], got: Got) -> None:
    _take_message(client.messages.create(**asked), got)


def messages_streamed(client: anthropic.Anthropic, asked: dict[str, Any], got: Got) -> None:
    events = list[Any]()
    with client.messages.stream(**asked) as stream:
        for event in stream:
            events.append(event)
            got.text += event.text if event.type == "text" else ""
        _take_message(stream.get_final_message(), got)
    got.raw = events


def _take_message(answer: Any, got: Got) -> None:
    got.raw, got.tokens = answer, _of(answer, "usage", "output_tokens")
    got.finish, got.refusal = _of(answer, "stop_reason"), _of(answer, "stop_details", "explanation")
    blocks = _of(answer, "content") or []
    got.text = "".join(block.text for block in blocks if block.type == "text")
    got.reasoning = "".join(block.thinking for block in blocks if block.type == "thinking")
    got.calls = [(block.id, block.name, block.input) for block in blocks if block.type == "tool_use"]


def gemini(client: genai.Client, asked: dict[str, Any], got: Got) -> None:
    _take_generated(client.models.generate_content(**asked), got)


def gemini_streamed(client: genai.Client, asked: dict[str, Any], got: Got) -> None:
    for answer in client.models.generate_content_stream(**asked):
        _take_generated(answer, got)


def _take_generated(answer: Any, got: Got) -> None:
    got.raw = [*(got.raw or []), answer]
    got.tokens = _newest(_of(answer, "usage_metadata", "candidates_token_count"), got.tokens)
    for candidate in answer.candidates or []:
        got.finish = _of(candidate, "finish_reason", "value") or got.finish
        for part in _of(candidate, "content", "parts") or []:
            if part.thought:
                got.reasoning += part.text or ""
            elif part.function_call is not None:
                call = part.function_call
                got.calls.append((call.id, call.name, call.args))
            else:
                got.text += part.text or ""


def ollama_chat(client: ollama.Client, asked: dict[str, Any], got: Got) -> None:
    _take_line(client.chat(**asked), got)


def ollama_chat_streamed(client: ollama.Client, asked: dict[str, Any], got: Got) -> None:
    for line in client.chat(**asked, stream=True):
        _take_line(line, got)


def _take_line(answer: Any, got: Got) -> None:
    got.raw = [*(got.raw or []), answer]
    got.text += answer.message.content or ""
    got.reasoning += answer.message.thinking or ""
    got.finish = answer.done_reason or got.finish
    got.tokens = _newest(answer.eval_count, got.tokens)
    for call in answer.message.tool_calls or []:
        got.calls.append(("", call.function.name, dict(call.function.arguments)))


def _of(thing: Any, *names: str) -> Any:
    for name in names:
        thing = getattr(thing, name, None)
    return thing


def _newest(told: int | None, before: int | None) -> int | None:
    return before if told is None else told


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


WAYS: dict[str, tuple[str, Read]] = {
    "chat": ("openai_chat", chat),
    "chat streamed": ("openai_chat", chat_streamed),
    "responses": ("openai_responses", responses),
    "responses streamed": ("openai_responses", responses_streamed),
    "anthropic": ("anthropic_messages", messages),
    "anthropic streamed": ("anthropic_messages", messages_streamed),
    "gemini": ("gemini", gemini),
    "gemini streamed": ("gemini", gemini_streamed),
    "ollama": ("ollama", ollama_chat),
    "ollama streamed": ("ollama", ollama_chat_streamed),
}
"""By name: the protocol, and how its SDK is asked."""


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest) -> Any:
    """Each SDK, streamed and not."""
    return request.param


@pytest.fixture
def calling() -> ModelAnswer:
    """An answer that wishes for two tools."""
    calls = (
        ToolCall(id="call_1", name="find", arguments=json.dumps(FOUND)),
        ToolCall(id="call_2", name="refund", arguments=json.dumps(REFUNDED)),
    )
    return ModelAnswer(text="I refund it.", tool_calls=calls, finish=Finish.TOOL_CALLS, usage=USAGE)


@pytest.fixture
def telling() -> ModelAnswer:
    """An answer that is a text."""
    return ModelAnswer(text="The refund of order A-1 is on its way to you.", finish=Finish.STOP, usage=USAGE)


@dataclass
class Provider:
    """Gives one answer to every request."""

    answer: ModelAnswer
    last: HttpReply | None = None

    def pieces(self, request: HttpRequest) -> Generator[Piece, None, None]:
        dialect = dialect_for(request.method, request.target)
        assert dialect is not None
        self.last = dialect.write_answer(self.answer, dialect.read_request(request.body, request.target))
        yield self.last.head
        yield from self.last.chunks


@pytest.fixture(scope="session")
def clients() -> Iterator[dict[str, Any]]:
    """One client of each SDK, none of which asks twice."""
    options = types.HttpOptions(base_url="http://127.0.0.1:9")
    with (
        openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1", max_retries=0) as of_openai,
        anthropic.Anthropic(api_key="none", base_url="http://127.0.0.1:9", max_retries=0) as of_anthropic,
        genai.Client(api_key="none", http_options=options) as of_google,
        ollama.Client(host="http://127.0.0.1:9") as of_ollama,
    ):
        yield {
            "openai_chat": of_openai,
            "openai_responses": of_openai,
            "anthropic_messages": of_anthropic,
            "gemini": of_google,
            "ollama": of_ollama,
        }


@pytest.fixture
def ask(clients: dict[str, Any]) -> Callable[..., Got]:
    """Ask once, under a fault, a provider that would give this answer."""

    def asked(way: str, fault: str, answer: ModelAnswer, *, earlier: bool = False) -> Got:
        name, read = WAYS[way]
        provider, got = Provider(answer), Got()
        with agentprobe.session(virtual=True, schedule=f"{fault}@model", model=provider) as active:
            try:
                read(clients[name], _fields(name, earlier=earlier), got)
            except Exception as error:
                got.error = error
        assert active.injector is not None
        got.receipts, got.reply = active.injector.receipts, provider.last
        return got

    return asked


def _fields(name: str, *, earlier: bool) -> dict[str, Any]:
    """The request as the SDK is given it."""
    dialect = dialect_named(name)
    told = (*EARLIER, *REQUEST.messages) if earlier else REQUEST.messages
    body: dict[str, Any] = json.loads(dialect.write_request(replace(REQUEST, messages=told)))
    body.pop("stream", None)
    if name != "gemini":
        return body
    config = types.GenerateContentConfig(
        tools=[types.Tool.model_validate(tool) for tool in body["tools"]],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    contents = [types.Content.model_validate(content) for content in body["contents"]]
    return {"model": "m", "contents": contents, "config": config}
