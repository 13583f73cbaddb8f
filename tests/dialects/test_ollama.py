"""Ollama's protocol as it is spoken: lines, two ways to ask, calls without ids, hosts in every spelling."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentprobe.dialects import Edits, HiddenCall, Round, dialect_named
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall, ToolResult
from agentprobe.domain.wire import Chunk, HttpReply
from agentprobe.errors import RateLimited, Refused, TimedOut

OLLAMA = dialect_named("ollama")
LINES = (("content-type", "application/x-ndjson"),)
ASKED = ModelRequest(model="m", messages=(Message(role="user", text="hi"),), stream=False)
STREAM = ModelRequest(model="m", messages=(Message(role="user", text="hi"),), stream=True)
LOOK, PAY = (ToolCall(id="", name=name, arguments='{"n": 1}') for name in ("look", "pay"))
MIXED = ModelAnswer(model="m", text="One moment.", tool_calls=(PAY, LOOK), finish=Finish.TOOL_CALLS)


def lines(*told: Any) -> HttpReply:
    return HttpReply(
        status=200, headers=LINES, chunks=tuple(Chunk(json.dumps(one).encode() + b"\n") for one in told)
    )


def asked_after(reply: HttpReply, *results: dict[str, Any]) -> bytes:
    """What a client that keeps no ids asks next."""
    calls = [
        {"function": {"name": wish.name, "arguments": json.loads(wish.arguments)}}
        for wish in OLLAMA.read_answer(reply).tool_calls
    ]
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "tool_calls": calls}, *results]
    return json.dumps({"model": "m", "messages": messages}).encode()


def test_a_request_streams_unless_it_says_otherwise() -> None:
    assert OLLAMA.read_request(b'{"model":"m","messages":[]}').stream
    assert not OLLAMA.read_request(b'{"model":"m","messages":[],"stream":false}').stream


def test_a_prompt_alone_is_a_conversation_of_one_message_and_answered_in_its_own_form() -> None:
    body = {"model": "m", "prompt": "Why?", "system": "Be brief.", "raw": True, "stream": False}
    request = OLLAMA.read_request(json.dumps(body).encode(), "/api/generate")
    assert [message.text for message in request.messages] == ["Be brief.", "Why?"]
    assert json.loads(OLLAMA.write_request(request)) == body
    assert OLLAMA.write_target(request) == "/api/generate"
    reply = OLLAMA.write_answer(ModelAnswer(text="So.", reasoning="hm"), request)
    assert json.loads(reply.body)["response"] == "So."
    answer = OLLAMA.read_answer(reply)
    assert (answer.text, answer.reasoning, answer.complete) == ("So.", "hm", True)


def test_what_has_no_neutral_word_comes_through_a_written_request() -> None:
    body = {
        "model": "m",
        "messages": [
            {"role": "user", "content": "see", "images": ["aa"]},
            {
                "role": "assistant",
                "content": "",
                "thinking": "t",
                "tool_calls": [{"function": {"name": "f", "arguments": {}}}],
            },
            {"role": "tool", "content": "1", "tool_name": "f"},
        ],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}, "new": 1}],
        "options": {"temperature": 0.5, "num_predict": 7, "num_ctx": 4096},
        "stream": True,
        "keep_alive": "5m",
        "format": "json",
    }
    request = OLLAMA.read_request(json.dumps(body).encode())
    assert json.loads(OLLAMA.write_request(request)) == body
    assert request.messages[2].results[0].call_id == request.messages[1].tool_calls[0].id
    assert (request.settings.temperature, request.settings.max_tokens) == (0.5, 7)


def test_the_model_s_tokens_and_reason_stand_in_the_last_line() -> None:
    last = {
        "model": "m",
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "length",
    }
    begun = {"model": "m", "message": {"role": "assistant", "content": "a", "thinking": "b"}, "done": False}
    answer = OLLAMA.read_answer(lines(begun, {**last, "prompt_eval_count": 3, "eval_count": 2}))
    assert (answer.text, answer.reasoning, answer.finish) == ("a", "b", Finish.LENGTH)
    assert answer.usage is not None
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (3, 2)
    assert not OLLAMA.read_answer(lines(begun)).complete


@pytest.mark.parametrize("request_", [ASKED, STREAM], ids=["whole", "streamed"])
def test_results_find_their_calls_though_the_client_keeps_no_ids(request_: ModelRequest) -> None:
    reply = OLLAMA.write_answer(MIXED, request_)
    pay, look = OLLAMA.read_answer(reply).tool_calls
    told = [{"role": "tool", "content": name, "tool_name": name} for name in ("look", "pay")]
    body = asked_after(reply, *told)
    results = [r for message in OLLAMA.read_request(body).messages for r in message.results]
    assert [(r.call_id, r.content) for r in results] == [(look.id, "look"), (pay.id, "pay")]
    edits = Edits(results={pay.id: ToolResult(call_id=pay.id, content="else")})
    assert OLLAMA.edited(body, edits) == body.replace(b'"content": "pay"', b'"content": "else"')
    assert OLLAMA.edited(body, Edits(results={"x": ToolResult(call_id="x", content="")})) is body


@pytest.mark.parametrize("request_", [ASKED, STREAM], ids=["whole", "streamed"])
def test_a_hidden_call_is_taken_out_and_put_back(request_: ModelRequest) -> None:
    reply = OLLAMA.write_answer(MIXED, request_)
    assert OLLAMA.without(reply, lambda wish: False) is reply
    pay, look = OLLAMA.read_answer(reply).tool_calls
    thin = OLLAMA.without(reply, lambda wish: wish.name == "pay")
    assert OLLAMA.read_answer(thin).tool_calls == (look,)
    none = OLLAMA.read_answer(OLLAMA.without(reply, lambda wish: True))
    assert (none.tool_calls, none.finish, none.text, none.complete) == ((), Finish.STOP, "One moment.", True)
    said = OLLAMA.said(reply)
    hidden = HiddenCall(
        said=said.calls[0], result=ToolResult(call_id=pay.id, content="paid"), turn=(pay.id, look.id)
    )
    body = asked_after(thin, {"role": "tool", "content": "seen", "tool_name": "look"})
    messages = OLLAMA.read_request(OLLAMA.edited(body, Edits(calls=(hidden,)))).messages
    assert messages[1].tool_calls == (pay, look)
    assert [r.content for message in messages for r in message.results] == ["paid", "seen"]


def test_a_whole_hidden_turn_is_told_at_the_end() -> None:
    said = OLLAMA.said(OLLAMA.write_answer(MIXED, STREAM))
    results = tuple(ToolResult(call_id=name, content=name) for name in ("pay", "look"))
    body = OLLAMA.edited(OLLAMA.write_request(ASKED), Edits(more=(Round(said=said, results=results),)))
    messages = OLLAMA.read_request(body).messages
    assert (messages[1].text, [wish.name for wish in messages[1].tool_calls]) == (
        "One moment.",
        ["pay", "look"],
    )
    assert [message.results[0].content for message in messages[2:]] == ["pay", "look"]


def test_refusals_are_a_text_under_their_status() -> None:
    limited, refused = (
        OLLAMA.write_failure(RateLimited(2.5)),
        OLLAMA.write_failure(Refused("no such model", 404)),
    )
    assert limited is not None
    assert refused is not None
    assert (limited.status, limited.header("retry-after")) == (429, "3")
    error = OLLAMA.read_answer(refused).error
    assert error is not None
    assert error.message == "no such model"
    assert OLLAMA.write_failure(TimedOut(1)) is None


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("0.0.0.0", "http://127.0.0.1:11434"),
        (":8080", "http://127.0.0.1:8080"),
        ("box.local", "http://box.local:11434"),
        ("https://ollama.example/x/", "https://ollama.example:443/x"),
        ("http://10.0.0.1:1", "http://10.0.0.1:1"),
        ("[::1]:1", "http://[::1]:1"),
    ],
)
def test_a_host_is_read_as_the_client_reads_it(told: str, meant: str) -> None:
    assert OLLAMA.base_url(told) == meant


def test_settings_stand_among_the_options() -> None:
    body = OLLAMA.adjusted(b'{"model":"m","messages":[]}', {"temperature": 0, "max_tokens": 5, "model": "n"})
    assert json.loads(body) == {"model": "n", "messages": [], "options": {"temperature": 0, "num_predict": 5}}
