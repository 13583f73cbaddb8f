"""What holds for every dialect, over generated requests, answers and bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentprobe.dialects import DIALECTS, Dialect, dialect_for, dialect_named
from agentprobe.dialects._made_ids import MadeIds
from agentprobe.domain.model import (
    Ended,
    Finish,
    Message,
    ModelAnswer,
    ModelError,
    ModelEvent,
    ModelRequest,
    ModelSettings,
    ToolCall,
    ToolResult,
    ToolSpec,
    Usage,
)
from agentprobe.domain.wire import Chunk, HttpReply
from agentprobe.errors import Malformed

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CHAT, MESSAGES, RESPONSES = "openai_chat", "anthropic_messages", "openai_responses"
GEMINI, OLLAMA = "gemini", "ollama"
WORDS = {
    CHAT: {"stop": Finish.STOP, "length": Finish.LENGTH, "tool_calls": Finish.TOOL_CALLS},
    MESSAGES: {"end_turn": Finish.STOP, "max_tokens": Finish.LENGTH, "tool_use": Finish.TOOL_CALLS},
    RESPONSES: {"completed": Finish.STOP, "max_output_tokens": Finish.LENGTH},
    GEMINI: {"STOP": Finish.STOP, "MAX_TOKENS": Finish.LENGTH, "SAFETY": Finish.CONTENT_FILTER},
    OLLAMA: {"stop": Finish.STOP, "length": Finish.LENGTH},
}
PROVIDERS = {CHAT: "OpenAI", RESPONSES: "OpenAI", MESSAGES: "Anthropic", GEMINI: "Gemini", OLLAMA: "Ollama"}
NEEDED = {GEMINI: "contents"}
"""The field that a request must have, where it is not the model."""
SEEDED = (CHAT, GEMINI, OLLAMA)
STOPPED = (CHAT, MESSAGES, GEMINI, OLLAMA)
NAMES = sorted(WORDS)
ALL = pytest.mark.parametrize("name", NAMES)

words = st.text(min_size=1, max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=8)


def objects_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.text(max_size=6), inner, max_size=3)


json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | objects_of(inner), max_leaves=6
)
schemas = objects_of(json_values)
arguments = schemas.map(lambda value: json.dumps(value, separators=(",", ":")))
calls = st.builds(ToolCall, id=words, name=words, arguments=arguments | words)
results = st.builds(ToolResult, call_id=words, content=st.text(max_size=20))
specs = st.builds(ToolSpec, name=words, description=st.text(max_size=9), schema=schemas)
figures = dict.fromkeys(Usage.__dataclass_fields__, st.integers(0, 10**6))
usages = st.builds(Usage, **{**figures, "written_tokens": st.integers(1, 10**6)})
"""Providers that wrote nothing into their cache say 0, which is read as nothing said."""


def tuples_of(
    inner: st.SearchStrategy[Any], most: int = 3, *, least: int = 0
) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(inner, min_size=least, max_size=most).map(tuple)


def messages_in(name: str) -> st.SearchStrategy[Message]:
    """Messages as this dialect reads them."""
    names = st.none() | words if name == CHAT else st.none()
    system = st.builds(Message, role=st.just("system"), text=words, name=names)
    user = st.builds(Message, role=st.just("user"), text=st.text(max_size=20), name=names)
    assistant = st.builds(
        Message, role=st.just("assistant"), text=st.text(max_size=20), tool_calls=tuples_of(calls)
    ).map(lambda message: replace(message, tool_calls=named_in(name, message.tool_calls)))
    told = tuples_of(results, 3 if name in (MESSAGES, GEMINI) else 1, least=1)
    tool = st.builds(Message, role=st.just("tool"), results=told)
    return st.one_of(system, user, assistant, tool)


def named_in(name: str, calls: tuple[ToolCall, ...]) -> tuple[ToolCall, ...]:
    """The calls under the ids that they have where the protocol's own are not kept."""
    ids = MadeIds()
    return tuple(replace(c, id=ids.of(c.name, c.arguments)) for c in calls) if name == OLLAMA else calls


def requests_in(name: str) -> st.SearchStrategy[ModelRequest]:
    """Requests that use all the words this dialect has."""
    choices = st.sampled_from(["auto", "none", "required", {"name": "find"}])
    numbers: Any = st.none() | st.floats(0, 2, allow_nan=False)
    settings = st.builds(
        ModelSettings,
        temperature=numbers,
        top_p=numbers,
        max_tokens=st.none() | st.integers(1, 10**5),
        seed=st.none() | st.integers(0, 10**6) if name in SEEDED else st.none(),
        stop=tuples_of(words) if name in STOPPED else st.just(()),
        tool_choice=st.none() if name == OLLAMA else choices if name == MESSAGES else st.none() | choices,
        parallel_tool_calls=st.none() if name in (GEMINI, OLLAMA) else st.none() | st.booleans(),
    )
    usage_asked = st.booleans() if name == CHAT else st.just(True)
    return st.builds(
        ModelRequest,
        model=words,
        messages=tuples_of(messages_in(name), 5).map(ordered_for(name)).map(one_assistant_at_a_time),
        tools=tuples_of(specs),
        settings=settings,
        stream=st.just(True),
        stream_usage=usage_asked,
        extra=st.dictionaries(st.sampled_from(["metadata", "user", "new_thing"]), json_values),
    )


def one_assistant_at_a_time(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Without an assistant's message right behind another: some protocols cannot tell them apart."""
    pairs = zip(messages, (None, *messages), strict=False)
    return tuple(m for m, before in pairs if not (before and m.role == before.role == "assistant"))


def ordered_for(name: str) -> Callable[[tuple[Message, ...]], tuple[Message, ...]]:
    """Some protocols tell what the system says in front of all else."""
    first = name == GEMINI
    return lambda told: tuple(sorted(told, key=lambda m: m.role != "system")) if first else told


def usages_in(name: str) -> st.SearchStrategy[Usage]:
    """Tokens as this protocol can report them."""
    if name == OLLAMA:
        return st.builds(Usage, input_tokens=st.integers(0, 10**6), output_tokens=st.integers(0, 10**6))
    if name != GEMINI:
        return usages
    told = st.builds(replace, usages, written_tokens=st.none())
    return told.map(lambda u: replace(u, output_tokens=(u.output_tokens or 0) + (u.reasoning_tokens or 0)))


def answers_in(name: str) -> st.SearchStrategy[ModelAnswer]:
    """Complete answers as this dialect reads them."""
    whole_calls = st.builds(ToolCall, id=words, name=words, arguments=arguments)
    answers = st.builds(
        ModelAnswer,
        id=st.just("") if name == OLLAMA else words,
        model=words,
        text=st.text(max_size=40),
        tool_calls=tuples_of(whole_calls).map(lambda calls: named_in(name, calls)),
        reasoning=st.text(max_size=20),
        finish_raw=st.sampled_from(sorted(WORDS[name])),
        usage=usages_in(name),
    )
    return answers.map(lambda answer: replace(answer, finish=finish_in(name, answer)))


def finish_in(name: str, answer: ModelAnswer) -> Finish:
    silent = {RESPONSES: "completed", GEMINI: "STOP", OLLAMA: "stop"}
    if answer.finish_raw == silent.get(name) and answer.tool_calls:
        return Finish.TOOL_CALLS
    return WORDS[name][answer.finish_raw or ""]


EACH_REQUEST = st.sampled_from(NAMES).flatmap(lambda n: st.tuples(st.just(n), requests_in(n)))
EACH_ANSWER = st.sampled_from(NAMES).flatmap(lambda n: st.tuples(st.just(n), answers_in(n)))
ASKED = ModelRequest(model="m", messages=(Message(role="user", text="hi"),))
STREAMED = replace(ASKED, stream=True, stream_usage=True)


@CALM
@given(EACH_REQUEST)
def test_a_written_request_reads_as_itself(case: tuple[str, ModelRequest]) -> None:
    name, request = case
    dialect = dialect_named(name)
    target = dialect.write_target(request)
    assert dialect.read_request(dialect.write_request(request), target) == request
    assert dialect_for("POST", target) is dialect


@CALM
@given(EACH_REQUEST)
def test_a_compressed_request_reads_as_the_plain_one(case: tuple[str, ModelRequest]) -> None:
    name, request = case
    dialect = dialect_named(name)
    target = dialect.write_target(request)
    assert dialect.read_request(gzip.compress(dialect.write_request(request)), target) == request


@CALM
@given(EACH_ANSWER)
def test_a_written_answer_reads_as_itself(case: tuple[str, ModelAnswer]) -> None:
    name, answer = case
    dialect = dialect_named(name)
    assert dialect.read_answer(dialect.write_answer(answer, ASKED)) == answer


@CALM
@given(EACH_ANSWER)
def test_a_written_stream_reads_as_the_answer(case: tuple[str, ModelAnswer]) -> None:
    name, answer = case
    dialect = dialect_named(name)
    assert dialect.read_answer(dialect.write_answer(answer, STREAMED)) == answer


@CALM
@given(EACH_ANSWER, st.data(), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_however_a_stream_is_cut_into_chunks_it_tells_the_same(
    case: tuple[str, ModelAnswer], data: st.DataObject, line_end: bytes
) -> None:
    name, answer = case
    dialect = dialect_named(name)
    body = dialect.write_answer(answer, STREAMED).body.replace(b"\n", line_end)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert told(dialect, pieces) == told(dialect, [body])
    assert told(dialect, [body])[-1] == Ended()


@CALM
@given(EACH_ANSWER, st.data())
def test_a_stream_read_as_a_whole_tells_what_its_reader_tells_even_when_it_is_damaged(
    case: tuple[str, ModelAnswer], data: st.DataObject
) -> None:
    name, answer = case
    dialect = dialect_named(name)
    reply = dialect.write_answer(answer, STREAMED)
    body, odd = reply.body, [b"", b"\n", b"\r", b",", b"{}", b"data: ", b"\n\n", b": hm\n\n", b"data: {}\n\n"]
    at = data.draw(st.integers(0, len(body)))
    skip = data.draw(st.integers(0, 3))
    damaged = body[:at] + data.draw(st.sampled_from(odd)) + body[at + skip :]
    if damaged.startswith((b"{", b"[")):
        return
    reader = dialect.reader()
    reader.feed(damaged)
    assert dialect.read_answer(reply.with_chunks([Chunk(damaged)])) == reader.answer()


@CALM
@given(EACH_REQUEST)
def test_the_outline_of_a_request_agrees_with_the_whole(case: tuple[str, ModelRequest]) -> None:
    name, request = case
    dialect = dialect_named(name)
    body = dialect.write_request(request)
    target = dialect.write_target(request)
    whole, outline = dialect.read_request(body, target), dialect.outline(body, target)
    assert outline.settings == whole.settings
    assert (outline.stream, outline.system) == (whole.stream, whole.system)
    assert (outline.turns, bool(outline.tools)) == (len(whole.messages), bool(whole.tools))
    assert dialect.outline(body, target) == outline


@ALL
def test_a_stream_in_single_bytes_tells_the_same(name: str) -> None:
    dialect = dialect_named(name)
    answer = ModelAnswer(text="Grüße, 世界 🎉", tool_calls=(ToolCall(id="c", name="f", arguments='{"é":1}'),))
    body = dialect.write_answer(answer, STREAMED).body
    pieces = [body[at : at + 1] for at in range(len(body))]
    assert told(dialect, pieces) == told(dialect, [body])


@CALM
@given(EACH_ANSWER, st.data())
def test_a_stream_that_breaks_off_is_incomplete_and_tells_a_beginning(
    case: tuple[str, ModelAnswer], data: st.DataObject
) -> None:
    name, answer = case
    dialect = dialect_named(name)
    reply = dialect.write_answer(answer, STREAMED)
    before_end = len(reply.body) - len(dialect.frames(reply)[-1])
    kept = reply.body[: data.draw(st.integers(0, before_end))]
    seen = dialect.read_answer(reply.with_chunks([Chunk(kept)]))
    assert not seen.complete
    assert seen.error is None
    assert answer.text.startswith(seen.text)
    for whole, begun in zip(answer.tool_calls, seen.tool_calls, strict=False):
        assert whole.arguments.startswith(begun.arguments)


@CALM
@given(EACH_ANSWER)
def test_the_same_answer_to_the_same_request_is_the_same_bytes(case: tuple[str, ModelAnswer]) -> None:
    name, answer = case
    dialect = dialect_named(name)
    nameless = replace(answer, id="", tool_calls=tuple(replace(c, id="") for c in answer.tool_calls))
    assert dialect.write_answer(nameless, STREAMED) == dialect.write_answer(nameless, STREAMED)
    seen = dialect.read_answer(dialect.write_answer(nameless, ASKED))
    ids = [call.id for call in seen.tool_calls] + ([] if name == OLLAMA else [seen.id])
    assert all(ids)
    assert len(set(ids)) == len(ids)


@CALM
@given(EACH_ANSWER)
def test_frames_joined_are_the_body_and_each_is_one_chunk(case: tuple[str, ModelAnswer]) -> None:
    name, answer = case
    dialect = dialect_named(name)
    reply = dialect.write_answer(answer, STREAMED)
    frames = dialect.frames(reply)
    assert b"".join(frames) == reply.body
    assert frames == [chunk.data for chunk in reply.chunks]
    assert dialect.write_frames(reply, frames) == reply


@CALM
@given(st.sampled_from(NAMES), st.binary(max_size=80))
def test_any_bytes_are_an_answer_or_an_error_and_never_an_exception(name: str, body: bytes) -> None:
    dialect = dialect_named(name)
    for status in (200, 500):
        for headers in (
            (),
            (("content-type", "text/event-stream"),),
            (("Content-Encoding", "gzip"),),
            (("content-encoding", "br, zstd"),),
        ):
            seen = dialect.read_answer(HttpReply(status=status, headers=headers, chunks=(Chunk(body),)))
            assert seen.error is not None or not seen.complete or seen.text == ""


@CALM
@given(EACH_ANSWER, st.data())
def test_a_damaged_answer_never_raises(case: tuple[str, ModelAnswer], data: st.DataObject) -> None:
    name, answer = case
    dialect = dialect_named(name)
    for asked in (ASKED, STREAMED):
        reply = dialect.write_answer(answer, asked)
        body = bytearray(reply.body)
        for _ in range(3):
            body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
        dialect.read_answer(reply.with_chunks([Chunk(bytes(body))]))


@CALM
@given(st.sampled_from(NAMES), st.binary(max_size=60) | schemas.map(lambda v: json.dumps(v).encode()))
def test_what_is_no_request_is_malformed_and_the_message_names_the_protocol(name: str, body: bytes) -> None:
    with pytest.raises(Malformed, match=f"no request to {PROVIDERS[name]}"):
        dialect_named(name).read_request(body)


@ALL
def test_a_missing_field_is_named(name: str) -> None:
    with pytest.raises(Malformed, match=f"'{NEEDED.get(name, 'model')}' is missing"):
        dialect_named(name).read_request(b"{}")


@ALL
def test_an_incomplete_answer_lacks_its_terminator(name: str) -> None:
    dialect = dialect_named(name)
    answer = ModelAnswer(text="half an ans", complete=False)
    seen = dialect.read_answer(dialect.write_answer(answer, STREAMED))
    assert (seen.text, seen.finish, seen.complete) == ("half an ans", None, False)
    broken = dialect.read_answer(dialect.write_answer(answer, ASKED))
    assert not broken.complete
    assert broken.error is not None


@ALL
def test_an_error_inside_a_stream_is_told_after_what_came(name: str) -> None:
    dialect = dialect_named(name)
    error = ModelError(type="server_error", message="Overloaded", code="server_error")
    if name == OLLAMA:
        error = ModelError(type="error", message="Overloaded")
    seen = dialect.read_answer(dialect.write_answer(ModelAnswer(text="so far", error=error), STREAMED))
    assert (seen.text, seen.error) == ("so far", error)
    assert seen.complete is (name == RESPONSES), "only there is an error a terminator"


@ALL
def test_an_error_envelope_on_a_success_is_an_error(name: str) -> None:
    dialect = dialect_named(name)
    error = ModelError(type="api_error", message="boom", code="api_error")
    if name == OLLAMA:
        error = ModelError(type="error", message="boom")
    assert dialect.read_answer(dialect.write_answer(ModelAnswer(error=error), ASKED)).error == error


@ALL
def test_a_page_in_place_of_an_answer_is_an_error_with_its_beginning(name: str) -> None:
    page = HttpReply(status=502, chunks=(Chunk(b"<html><h1>Bad gateway</h1></html>"),))
    seen = dialect_named(name).read_answer(page)
    assert seen.error == ModelError(type="http_502", message="<html><h1>Bad gateway</h1></html>")
    assert not seen.complete


@ALL
def test_an_error_status_is_an_error_even_where_it_is_called_a_stream(name: str) -> None:
    headers = (("content-type", "text/event-stream"),)
    seen = dialect_named(name).read_answer(HttpReply(status=500, headers=headers))
    assert seen.error == ModelError(type="http_500", message="")


@ALL
def test_comments_and_unknown_events_change_nothing(name: str) -> None:
    dialect = dialect_named(name)
    answer = ModelAnswer(id="1", model="m", text="all is well", usage=None)
    reply = dialect.write_answer(answer, STREAMED)
    noise = b'\n{"news":1}\n' if name == OLLAMA else b': keep-alive\n\nevent: news\ndata: {"type":"news"}\n\n'
    noisy = dialect.write_frames(reply, [part for frame in dialect.frames(reply) for part in (noise, frame)])
    assert dialect.read_answer(noisy) == dialect.read_answer(reply)


@ALL
def test_a_malformed_frame_is_an_error_and_the_rest_is_read(name: str) -> None:
    dialect = dialect_named(name)
    frames = dialect.frames(dialect.write_answer(ModelAnswer(text="all is well"), STREAMED))
    body = b"".join([*frames[:3], b'data: {"cut\n\n', *frames[3:]])
    reader = dialect.reader()
    reader.feed(body)
    seen = reader.answer()
    assert seen.text == "all is well"
    assert seen.error is not None
    assert seen.error.type == "unreadable"


def test_dialects_are_found_by_method_and_path() -> None:
    found = {
        target: dialect_for("POST", target)
        for target in (
            "/v1/chat/completions",
            "/openai/deployments/x/chat/completions?api-version=1",
            "/v1/messages",
            "/v1/messages?beta=true",
            "/v1/messages/count_tokens",
            "/v1/embeddings",
            "/v1/responses",
            "/v1/responses/input_tokens",
            "/v1beta/models/gemini-3-pro:generateContent",
            "/v1/models/gemini-3-pro:streamGenerateContent?alt=sse",
            "/v1beta1/projects/p/locations/us-central1/publishers/google/models/m:generateContent",
            "/api/chat",
            "/api/generate",
            "/v1beta/models/gemini-3-pro:countTokens",
            "/v1beta/models/gemini-3-pro",
        )
    }
    names = [dialect.name if dialect else None for dialect in found.values()]
    assert names == [
        CHAT,
        CHAT,
        MESSAGES,
        MESSAGES,
        None,
        None,
        RESPONSES,
        None,
        *[GEMINI] * 3,
        *[OLLAMA] * 2,
        None,
        None,
    ]
    assert dialect_for("GET", "/v1/chat/completions") is None


def test_every_dialect_of_the_catalogue_obeys_these_laws() -> None:
    assert sorted(DIALECTS.names()) == NAMES


def told(dialect: Dialect, pieces: list[bytes]) -> list[ModelEvent]:
    reader = dialect.reader()
    return [event for piece in pieces for event in reader.feed(piece)]
