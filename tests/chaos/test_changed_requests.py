"""Changed requests as the real SDKs send them: still what a provider takes, in the SDK's own types."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import anthropic
import anthropic.types
import ollama
import openai
import pytest
from google import genai
from google.genai import types
from hypothesis import given, settings
from hypothesis import strategies as some
from openai.types.chat import ChatCompletionMessageParam
from openai.types.responses import ResponseInputItemParam
from pydantic import TypeAdapter
from tests.chaos.asking import (
    DIALECTS,
    DONE,
    arrive,
    assistant,
    body_of,
    lines,
    round_of,
    system,
    user,
)

import agentprobe
from agentprobe.dialects import dialect_for, dialect_named
from agentprobe.domain.model import Message, ModelRequest
from agentprobe.domain.wire import HttpRequest, Piece

SOUND = (
    "history_truncated",
    "history_truncated(keep=0.9)",
    "history_duplicated",
    "history_duplicated(whose=assistant)",
    "history_reordered",
    "history_reordered(what=questions)",
    "history_summarised",
    "history_summarised(keep=3)",
    "system_prompt_lost",
    "memory_garbled",
    "memory_garbled(how=cut)",
    "memory_foreign",
    "memory_resurrected",
    "memory_resurrected(what=result)",
    "memory_poisoned",
    "memory_poisoned(into=user)",
    "results_swapped",
    "results_reordered",
    "result_lost",
    "result_lost(how=placeholder)",
    "result_lost(how=forgotten)",
    "long_prompt(bytes=300)",
    "many_tools(count=5)",
)
"""Faults after which a conversation is still one that providers take."""
BROKEN = ("result_lost(how=missing)", "result_id_wrong")
"""Those that break the pairing of calls and results on purpose."""
WORK = (
    system(),
    user("Refund A-1 for 30, but never more than 50."),
    *round_of(("find", "A-1", "open")),
    assistant("It is open. Shall I?"),
    user("Yes, and look at A-2 and A-3."),
    *round_of(("refund", "A-1", "paid")),
    *round_of(("find", "A-1", "refunded"), ("find", "A-2", "sent"), ("find", "A-3", "lost")),
)

FEW = settings(max_examples=40)


class Provider:
    """Answers every request with "Done." and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[HttpRequest] = []

    def pieces(self, request: HttpRequest) -> Generator[Piece, None, None]:
        self.asked.append(request)
        dialect = dialect_for(request.method, request.target)
        assert dialect is not None
        reply = dialect.write_answer(DONE, ModelRequest(model="m"))
        yield reply.head
        yield from reply.chunks


# -- each SDK sends a conversation, and its types read what arrived ----------------------------------


def chat(client: openai.OpenAI, body: dict[str, Any]) -> object:
    return client.chat.completions.create(**body).choices[0].message.content


def responses(client: openai.OpenAI, body: dict[str, Any]) -> object:
    return client.responses.create(**body).output_text


def messages(client: anthropic.Anthropic, body: dict[str, Any]) -> object:
    (block,) = client.messages.create(**body, max_tokens=9).content
    return getattr(block, "text", None)


def gemini(client: genai.Client, body: dict[str, Any]) -> object:
    config = types.GenerateContentConfig(
        system_instruction=types.Content.model_validate(body["systemInstruction"]),
        tools=[types.Tool.model_validate(tool) for tool in body["tools"]],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    contents = [types.Content.model_validate(content) for content in body["contents"]]
    return client.models.generate_content(model="m", contents=contents, config=config).text


def ollama_chat(client: ollama.Client, body: dict[str, Any]) -> object:
    return client.chat(**body).message.content


ASK: dict[str, Callable[[Any, dict[str, Any]], object]] = dict(
    zip(DIALECTS, (chat, responses, messages, gemini, ollama_chat), strict=True)
)
_CHAT: TypeAdapter[Any] = TypeAdapter(ChatCompletionMessageParam)
_ITEM: TypeAdapter[Any] = TypeAdapter(ResponseInputItemParam)
_MESSAGE: TypeAdapter[Any] = TypeAdapter(anthropic.types.MessageParam)
_BLOCK: TypeAdapter[Any] = TypeAdapter(anthropic.types.ContentBlockParam)


def read_by_the_sdk(name: str, body: dict[str, Any]) -> None:
    """Raises where an entry is none that the SDK's own types know."""
    for entry in body.get("messages") or body.get("input") or body["contents"]:
        match name:
            case "openai_chat":
                _CHAT.validate_python(entry)
            case "openai_responses":
                _ITEM.validate_python(entry)
            case "anthropic_messages":
                _MESSAGE.validate_python(entry)
                if not isinstance(entry["content"], str):
                    assert entry["content"], "a message without content is refused"
                    for block in entry["content"]:
                        _BLOCK.validate_python(block)
            case "gemini":
                assert types.Content.model_validate(entry).parts
            case _:
                ollama.Message.model_validate(entry)


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[str, Any]]:
    """One client of each SDK."""
    options = types.HttpOptions(base_url="http://127.0.0.1:9")
    with (
        openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1") as of_openai,
        anthropic.Anthropic(api_key="none", base_url="http://127.0.0.1:9") as of_anthropic,
        genai.Client(api_key="none", http_options=options) as of_google,
        ollama.Client(host="http://127.0.0.1:9") as of_ollama,
    ):
        yield dict(zip(DIALECTS, (of_openai, of_openai, of_anthropic, of_google, of_ollama), strict=True))


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("fault", [*SOUND, *BROKEN])
def test_what_an_sdk_sends_arrives_changed_and_in_its_own_types(
    clients: dict[str, Any], name: str, fault: str
) -> None:
    if (name, fault) == ("ollama", "result_id_wrong"):
        pytest.skip("its SDK sends no ids")
    dialect, provider = dialect_named(name), Provider()
    body = json.loads(body_of(name, *WORK))
    body.pop("stream", None)
    with agentprobe.session(virtual=True, schedule=f"{fault}@model:2", model=provider) as active:
        answers = [ASK[name](clients[name], body) for _ in range(2)]
    assert answers == ["Done."] * 2
    assert active.injector is not None
    assert len(active.injector.receipts) == 1
    plain, changed = (json.loads(request.body) for request in provider.asked)
    assert plain != changed
    touched = {"messages", "input", "contents", "tools", "instructions", "system", "systemInstruction"}
    assert {k: v for k, v in plain.items() if k not in touched} == {
        k: v for k, v in changed.items() if k not in touched
    }
    read_by_the_sdk(name, changed)
    if fault in SOUND:
        assert_sound(name, dialect.read_request(provider.asked[1].body).messages)
    assert provider.asked[1].header("content-length") in (None, str(len(provider.asked[1].body)))


@pytest.mark.parametrize("name", ["openai_chat", "openai_responses", "anthropic_messages", "gemini"])
@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_broken_on_purpose_is_broken(name: str, fault: str) -> None:
    got = arrive(name, fault, body_of(name, *WORK))
    with pytest.raises(AssertionError):
        assert_sound(name, got.read.messages)


# -- whatever was said before ------------------------------------------------------------------------


def assert_sound(name: str, told: Sequence[Message]) -> None:
    """What providers refuse: a call without its result, a result without its call, an id that comes twice."""
    waiting: set[str] = set()
    seen: list[str] = []
    turns = [message for message in told if message.role != "system"]
    for message in turns:
        for result in message.results:
            assert result.call_id in waiting
            waiting.remove(result.call_id)
        if message.text or message.tool_calls:
            assert not waiting
        waiting |= {call.id for call in message.tool_calls}
        seen += [call.id for call in message.tool_calls]
    assert not waiting
    assert turns[-1].role != "assistant"
    if name in ("anthropic_messages", "gemini"):
        assert turns[0].role == "user"
    if name != "ollama":  # there equal calls have equal ids
        assert len(seen) == len(set(seen))


words = some.sampled_from(["refund A-1 for 30", "no more than 50, please", "ok", "look at B-2; do it", "é ü"])
TOLD = some.sampled_from(["open", "paid", "", "sent, 30.00"])


@some.composite
def conversations(draw: some.DrawFn) -> tuple[Message, ...]:
    found: list[Message] = [system()] if draw(some.booleans()) else []
    orders = iter(f"{draw(some.sampled_from('AB'))}-{n}" for n in range(99))
    for nth in range(draw(some.integers(1, 4))):
        if nth:
            found.append(assistant(draw(words)))
        found.append(user(draw(words)))
        for _ in range(draw(some.integers(0, 3))):
            number = draw(some.integers(1, 3))
            found += round_of(*(("find", next(orders), draw(TOLD)) for _ in range(number)))
    return tuple(found)


@pytest.mark.parametrize("name", DIALECTS)
@FEW
@given(told=conversations(), fault=some.sampled_from(SOUND))
def test_a_conversation_stays_one_that_providers_take(name: str, told: Any, fault: str) -> None:
    body = body_of(name, *told)
    got = arrive(name, fault, body)
    assert_sound(name, got.read.messages)
    if not got.fired:
        assert got.request.body is body
    if got.read.messages == got.dialect.read_request(body).messages:
        assert not got.fired or fault.startswith("many_tools")
    else:
        assert got.fired
        assert lines(got.read.messages)
