"""A trace as spans, out and in again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agentprobe.domain.model import Message, ModelRequest, ToolCall, ToolResult, Usage
from agentprobe.errors import ConfigError
from agentprobe.trace.otlp.conventions import CONVENTIONS, named
from agentprobe.trace.otlp.encode import from_otlp, to_otlp
from agentprobe.trace.otlp.reading import answer_of, request_of
from agentprobe.trace.otlp.span import Kind, Span, Status
from agentprobe.trace.otlp.spans import spans_of
from agentprobe.trace.otlp.take_in import take_in
from agentprobe.trace.read import read_trace
from agentprobe.trace.swallowed import swallowed
from agentprobe.trace.view import Trace

GOLDEN = read_trace(Path(__file__).parents[1] / "golden" / "trace_v1.jsonl")


def _spans(convention: str = "genai-latest", *, content: bool = False) -> tuple[Span, ...]:
    return spans_of(GOLDEN, convention=convention, content=content)


def test_a_run_is_the_root_its_calls_and_tools_are_below_and_every_attempt_below_its_call() -> None:
    root, *others = _spans()
    assert (root.name, root.parent_id) == ("invoke_agent careful", "")
    by_id = {span.span_id: span for span in (root, *others)}
    assert len(by_id) == 18
    for span in others:
        parent = by_id[span.parent_id]
        assert parent.name.startswith("chat ") if span.name == "POST" else parent is root
        assert (span.trace_id, parent.start <= span.start <= span.end) == (root.trace_id, True)
    attempts = [span for span in others if span.name == "POST"]
    assert [a.attributes["http.response.status_code"] for a in attempts][:2] == [429, 200]
    assert attempts[1].attributes["http.request.resend_count"] == 1


def test_what_was_cut_off_tried_again_or_swallowed_can_be_seen() -> None:
    chats = [span for span in _spans() if span.name.startswith("chat")]
    assert [span.status for span in chats] == [
        Status.UNSET,
        Status.UNSET,
        Status.ERROR,
        Status.UNSET,
        Status.UNSET,
    ]
    assert chats[0].attributes["agentprobe.retries"] == 1
    assert chats[2].attributes["error.type"] == "truncated"
    assert [event.name for event in chats[2].events] == ["agentprobe.swallowed"]
    refund = next(span for span in _spans() if span.name == "execute_tool refund")
    assert (refund.status, refund.attributes["error.type"]) == (Status.ERROR, "tool_error")


def test_a_trace_that_is_exported_twice_has_the_same_ids() -> None:
    assert [span.span_id for span in _spans()] == [span.span_id for span in _spans()]


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_what_was_said_stays_here_unless_it_is_asked_for(convention: str) -> None:
    without = json.dumps(to_otlp(_spans(convention), {}))
    with_it = json.dumps(to_otlp(_spans(convention, content=True), {}))
    for secret in ("Refunds within 30 days", "Example Ltd"):
        assert secret not in without
        assert secret in with_it


def test_each_version_of_a_convention_has_its_own_names() -> None:
    told = {"gen_ai.usage.cache_write.input_tokens": 3, "x": None}
    assert named(told, "genai-latest") == {"gen_ai.usage.cache_write.input_tokens": 3}
    assert named(told, "genai-1.41") == {"gen_ai.usage.cache_creation.input_tokens": 3}
    chat = next(span for span in _spans("openinference") if span.name.startswith("chat"))
    assert chat.attributes["openinference.span.kind"] == "LLM"
    assert chat.attributes["llm.token_count.prompt"] == 120
    with pytest.raises(ConfigError, match="did you mean 'genai-latest'"):
        spans_of(GOLDEN, convention="genai-lates")


def test_spans_come_out_of_otlps_json_as_they_went_in() -> None:
    spans = _spans(content=True)
    request = json.loads(json.dumps(to_otlp(spans, {"service.name": "x"})))
    assert tuple(from_otlp(request)) == spans


def test_enums_and_ids_are_read_in_every_spelling() -> None:
    (span,) = from_otlp(
        {"resource_spans": [{"scope_spans": [{"spans": [
            {"trace_id": "AB", "kind": "SPAN_KIND_CLIENT", "status": {"code": "STATUS_CODE_ERROR"}},
            "no span",
        ]}]}]}
    )  # fmt: skip
    assert (span.trace_id, span.kind, span.status) == ("ab", Kind.CLIENT, Status.ERROR)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_trace_that_went_out_comes_in_again(convention: str, tmp_path: Path) -> None:
    (made,) = take_in(_spans(convention, content=True), tmp_path)
    back = read_trace(made.path)
    assert (made.models, made.tools) == (5, 6)
    assert _story(back) == _story(GOLDEN)
    assert back.header.run["simulated"] is True
    assert back.complete
    assert take_in(_spans(convention), tmp_path) == ()


def _story(trace: Trace) -> list[Any]:
    models = [
        (m.name, m.first.at, m.failed, m.last.usage and m.last.usage.input_tokens, m.answer and m.answer.text)
        for m in trace.logical_calls
        if not m.failed
    ]
    return [*models, *[(use.name, use.arguments, bool(use.error)) for use in trace.tool_calls]]


def _span(**told: Any) -> Span:
    attributes = {key.replace("__", "."): value for key, value in told.items()}
    return Span(name="n", trace_id="a", span_id="b", attributes=attributes)


WISH = ToolCall(id="c1", name="find", arguments='{"q": 1}')
ASKED = ModelRequest(
    model="m",
    messages=(
        Message(role="system", text="Be brief."),
        Message(role="user", text="Find."),
        Message(role="assistant", tool_calls=(WISH,)),
        Message(role="tool", results=(ToolResult(call_id="c1", content="found"),)),
    ),
)


def test_openllmetrys_numbered_attributes_are_read() -> None:
    span = Span(
        name="openai.chat", trace_id="a", span_id="b",
        attributes={
            "llm.request.type": "chat", "gen_ai.request.model": "m",
            "gen_ai.prompt.0.role": "system", "gen_ai.prompt.0.content": "Be brief.",
            "gen_ai.prompt.1.role": "user", "gen_ai.prompt.1.content": "Find.",
            "gen_ai.prompt.2.role": "assistant", "gen_ai.prompt.2.tool_calls.0.id": "c1",
            "gen_ai.prompt.2.tool_calls.0.name": "find", "gen_ai.prompt.2.tool_calls.0.arguments": '{"q": 1}',
            "gen_ai.prompt.3.role": "tool", "gen_ai.prompt.3.tool_call_id": "c1",
            "gen_ai.prompt.3.content": "found",
            "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "Done.",
            "gen_ai.completion.0.finish_reason": "length",
            "gen_ai.usage.prompt_tokens": 7, "gen_ai.usage.completion_tokens": 2,
        },
    )  # fmt: skip
    assert request_of(span) == ASKED
    answer = answer_of(span)
    assert (answer.text, answer.finish, answer.usage) == (
        "Done.",
        "length",
        Usage(input_tokens=7, output_tokens=2),
    )


def test_a_span_that_tells_nothing_of_what_was_said_is_no_empty_answer(tmp_path: Path) -> None:
    span = _span(gen_ai__operation__name="chat", gen_ai__request__model="m", gen_ai__usage__input_tokens=5)
    (made,) = take_in([span], tmp_path)
    assert swallowed(read_trace(made.path)) == ()


ODD = [None, "abc", "9" * 5000, "inf", -1, 1e300, True, [], [None], {}, {"a": 1}]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_whatever_stands_in_a_spans_place_for_something_else_is_passed_over(odd: object) -> None:
    held = [{"key": f"k{n}", "value": value} for n, value in enumerate(_values(odd))]
    span: dict[str, object] = {
        "name": "n",
        "traceId": "a",
        "attributes": [*held, {"key": "good", "value": GOOD}],
    }
    for name in ("status", "startTimeUnixNano", "kind", "events"):
        request = {"resourceSpans": [{"scopeSpans": [{"spans": [span | {name: odd}]}]}]}
        (read,) = from_otlp(request)
        assert read.attributes["good"] == 7


GOOD = {"intValue": "7"}


def _values(odd: object) -> list[object]:
    forms = ("intValue", "doubleValue", "arrayValue", "kvlistValue")
    return [odd, *({form: odd} for form in forms), {"arrayValue": {"values": odd}}]
