"""A conversation under way is changed where it must be, and stays byte for byte the same everywhere else."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import anthropic
import openai
import pytest

from agentprobe.dialects import NO_EDITS, Dialect, Edits, HiddenCall, HiddenRounds, Round, Said, dialect_named
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall, ToolResult
from agentprobe.domain.wire import HttpReply

NAMES = ("openai_chat", "openai_responses", "anthropic_messages", "gemini")
EACH = pytest.mark.parametrize("name", NAMES)
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])

BODIES = {
    "openai_chat": b"""{ "model":"m","unknown" :  {"a":1.0, "a2":"\\u00e9"},
  "messages" : [ {"role":"user","content":"hi"},
    {"role":"assistant","content":null,"tool_calls":[
       {"id":"a","type":"function","function":{"name":"look","arguments":"{ }"},"extra":1},
       {"id":"c","type":"function","function":{"name":"look","arguments":"{}"}} ] },
    {"role":"tool", "x" : [ ], "content":"OLD","tool_call_id":"a"},
    {"tool_call_id":"c","role":"tool","content":[{"type":"text","text":"two"},{"type":"image_url"}]} ] }""",
    "openai_responses": b"""{ "model":"m","unknown" :  {"a":1.0},
  "input" : [ {"role":"user","content":"hi"}, {"type":"reasoning","id":"rs_1","summary":[ ]},
    {"type":"function_call","id":"fc_a","call_id":"a","name":"look","arguments":"{ }","extra":1},
    {"type":"function_call","id":"fc_c","call_id":"c","name":"look","arguments":"{}"},
    {"type":"function_call_output", "call_id":"a" , "output":"OLD"},
    {"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"x"}]} ] }""",
    "anthropic_messages": b"""{ "model":"m","max_tokens":9,"unknown" :  {"a":1.0},
  "messages" : [ {"role":"user","content":"hi"},
    {"role":"assistant","content":[ {"type":"thinking","thinking":"t","signature":"s"},
       {"type":"tool_use","id":"a","name":"look","input":{ },"extra":1},
       {"type":"tool_use","id":"c","name":"look","input":{}} ] },
    {"role":"user","content":[ {"type":"tool_result", "tool_use_id":"a" , "content":"OLD"},
       {"type":"tool_result","tool_use_id":"c","content":[{"type":"image","source":{}}]},
       {"type":"text","text":"go on","cache_control":{"type":"ephemeral"}} ]} ] }""",
    "gemini": b"""{ "unknown" :  {"a":1.0}, "model":"m",
  "contents" : [ {"role":"user","parts":[{"text":"hi"}]},
    {"role":"model","parts":[ {"text":"t","thought":true},
       {"functionCall":{"id":"a","name":"look","args":{ }},"thoughtSignature":"c2ln"},
       {"functionCall":{"id":"c","name":"look","args":{}}} ] },
    {"role":"user","parts":[ {"functionResponse": {"id":"a" , "name":"look", "response":{"result": "OLD" }}},
       {"functionResponse":{"id":"c","name":"look","response":{"image":[1,2]},"parts":[{"inlineData":{}}]}} ]}
  ] }""",
}
"""Requests in a spelling that no writer of ours would choose."""
CALLS = {
    "openai_chat": b'{"id":"b","type":"function","function":{"name":"pay","arguments":"{}"}}',
    "openai_responses": b'{"type":"function_call","id":"fc_b","call_id":"b","name":"pay","arguments":"{}"}',
    "anthropic_messages": b'{"type":"tool_use","id":"b","name":"pay","input":{}}',
    "gemini": b'{"functionCall":{"id":"b","name":"pay","args":{}}}',
}
ASKED = ModelRequest(model="m", messages=(Message(role="user", text="hi"),))
LOOK, PAY, LATER = (ToolCall(id=f"call_{n}", name=n, arguments='{"n": 1}') for n in ("look", "pay", "later"))
MIXED = ModelAnswer(text="One moment.", tool_calls=(PAY, LOOK, LATER), finish=Finish.TOOL_CALLS)


def hidden(name: str, *turn: str) -> HiddenCall:
    return HiddenCall(said=CALLS[name], result=ToolResult(call_id="b", content="paid"), turn=turn)


def reply_of(dialect: Dialect, answer: ModelAnswer, *, stream: bool) -> HttpReply:
    return dialect.write_answer(answer, replace(ASKED, stream=stream))


def told(dialect: Dialect, body: bytes) -> tuple[list[str], list[tuple[str, str]]]:
    """The ids of the calls in a request, and the results with theirs."""
    messages = dialect.read_request(body).messages
    calls = [call.id for message in messages for call in message.tool_calls]
    return calls, [(result.call_id, result.content) for m in messages for result in m.results]


# -- requests ----------------------------------------------------------------------------------------


@EACH
def test_a_request_that_no_edit_concerns_is_the_same_object(name: str) -> None:
    dialect, body = dialect_named(name), BODIES[name]
    elsewhere = Edits(
        results={"z": ToolResult(call_id="z", content="no")},
        calls=(HiddenCall(said=b"{}", result=ToolResult(call_id="y", content=""), turn=("x", "y")),),
        turns=(HiddenRounds(rounds=(), calls=frozenset({"z"})), HiddenRounds(rounds=(), calls=frozenset())),
    )
    assert dialect.edited(body, NO_EDITS) is body
    assert dialect.edited(body, elsewhere) is body


@EACH
def test_a_rewritten_result_changes_its_own_bytes_and_no_others(name: str) -> None:
    edits = Edits(results={"a": ToolResult(call_id="a", content='new "one"')})
    changed = dialect_named(name).edited(BODIES[name], edits)
    assert changed == BODIES[name].replace(b'"OLD"', b'"new \\"one\\""')


def test_a_result_of_many_parts_is_replaced_whole() -> None:
    for name in NAMES:
        edits = Edits(results={"c": ToolResult(call_id="c", content="flat")})
        changed = dialect_named(name).edited(BODIES[name], edits)
        assert told(dialect_named(name), changed)[1][1] == ("c", "flat")
        assert b"image" not in changed


def test_only_anthropic_is_told_in_a_field_of_its_own_that_a_tool_failed() -> None:
    failed = Edits(results={"a": ToolResult(call_id="a", content="no", is_error=True)})
    anthropics = dialect_named("anthropic_messages")
    once = anthropics.edited(BODIES["anthropic_messages"], failed)
    block = json.loads(once)["messages"][2]["content"][0]
    assert block == {"type": "tool_result", "tool_use_id": "a", "content": "no", "is_error": True}
    mended = Edits(results={"a": ToolResult(call_id="a", content="yes")})
    assert json.loads(anthropics.edited(once, mended))["messages"][2]["content"][0]["is_error"] is False
    for name in ("openai_chat", "openai_responses"):
        assert b"is_error" not in dialect_named(name).edited(BODIES[name], failed)


@EACH
@pytest.mark.parametrize("turn", [("b", "a", "c"), ("a", "b", "c"), ("a", "c", "b")], ids="".join)
def test_a_hidden_call_and_its_result_are_put_back_at_their_place(name: str, turn: tuple[str, ...]) -> None:
    dialect = dialect_named(name)
    changed = dialect.edited(BODIES[name], Edits(calls=(hidden(name, *turn),)))
    calls, results = told(dialect, changed)
    assert calls == list(turn)
    assert [name for name, _ in results] == list(turn)
    assert dict(results)["b"] == "paid"
    assert CALLS[name] in changed
    again = dialect.edited(changed, Edits(calls=(hidden(name, *turn),)))
    assert again is changed, "a request that holds the call already gets it no second time"


@EACH
def test_calls_hidden_side_by_side_keep_their_order(name: str) -> None:
    dialect, turn = dialect_named(name), ("a", "b", "b2", "c")
    second = HiddenCall(
        said=CALLS[name].replace(b'"b"', b'"b2"'), result=ToolResult(call_id="b2", content="too"), turn=turn
    )
    changed = dialect.edited(BODIES[name], Edits(calls=(hidden(name, *turn), second)))
    calls, results = told(dialect, changed)
    assert (calls, [name for name, _ in results]) == (list(turn), list(turn))


@EACH
def test_a_compressed_request_is_edited_too(name: str) -> None:
    edits = Edits(results={"a": ToolResult(call_id="a", content="new")})
    dialect = dialect_named(name)
    changed = dialect.edited(gzip.compress(BODIES[name]), edits)
    assert changed == dialect.edited(BODIES[name], edits)


def test_what_the_provider_keeps_itself_is_not_told_again_but_its_result_is() -> None:
    dialect = dialect_named("openai_responses")
    body = (
        b'{"model":"m","previous_response_id":"r1",'
        b'"input":[{"type":"function_call_output","call_id":"a","output":"1"}]}'
    )
    changed = json.loads(dialect.edited(body, Edits(calls=(hidden("openai_responses", "a", "b"),))))
    assert [item["type"] for item in changed["input"]] == ["function_call_output"] * 2
    assert changed["input"][1] == {"type": "function_call_output", "call_id": "b", "output": "paid"}
    later = b'{"model":"m","previous_response_id":"r2","input":[{"role":"user","content":"and now?"}]}'
    assert dialect.edited(later, Edits(calls=(hidden("openai_responses", "a", "b"),))) is later


def test_a_hidden_item_has_an_id_only_beside_items_that_have_one() -> None:
    dialect = dialect_named("openai_responses")
    bare = BODIES["openai_responses"].replace(b'"id":"fc_a",', b"").replace(b'"id":"fc_c",', b"")
    edits = Edits(calls=(hidden("openai_responses", "a", "b", "c"),))
    assert b"fc_b" not in dialect.edited(bare, edits)
    assert b"fc_b" in dialect.edited(BODIES["openai_responses"], edits)


ROUND = {
    name: Round(said=said, results=(ToolResult(call_id="b", content="paid"),))
    for name, said in {
        "openai_chat": Said(
            entries=(b'{"role":"assistant","content":null,"tool_calls":[%b]}' % CALLS["openai_chat"],),
            calls=(CALLS["openai_chat"],),
        ),
        "openai_responses": Said(
            entries=(b'{"type":"reasoning","id":"rs_b","summary":[]}', CALLS["openai_responses"]),
            calls=(CALLS["openai_responses"],),
        ),
        "anthropic_messages": Said(
            entries=(b'{"role":"assistant","content":[%b]}' % CALLS["anthropic_messages"],),
            calls=(CALLS["anthropic_messages"],),
        ),
        "gemini": Said(
            entries=(b'{"role":"model","parts":[%b]}' % CALLS["gemini"],), calls=(CALLS["gemini"],)
        ),
    }.items()
}
FIELD = {
    "openai_chat": "messages",
    "openai_responses": "input",
    "anthropic_messages": "messages",
    "gemini": "contents",
}


@EACH
def test_a_whole_hidden_turn_stands_in_front_of_the_answer_that_followed(name: str) -> None:
    dialect = dialect_named(name)
    turn = HiddenRounds(rounds=(ROUND[name],), calls=frozenset({"c"}))
    changed = dialect.edited(BODIES[name], Edits(turns=(turn,)))
    assert told(dialect, changed)[0] == ["b", "a", "c"]
    new = len(json.loads(changed)[FIELD[name]]) - len(json.loads(BODIES[name])[FIELD[name]])
    assert new == (3 if name == "openai_responses" else 2)


@EACH
def test_a_hidden_turn_before_plain_words_is_found_by_them_and_by_how_often_they_were_said(name: str) -> None:
    dialect = dialect_named(name)
    words = [("user", "one"), ("assistant", "Done."), ("user", "two"), ("assistant", "Done."), ("user", "3")]
    entries: list[dict[str, Any]] = [{"role": r, "content": text} for r, text in words]
    if name == "gemini":
        roles = {"assistant": "model"}
        entries = [{"role": roles.get(r, r), "parts": [{"text": text}]} for r, text in words]
    body = json.dumps({"model": "m", "max_tokens": 9, FIELD[name]: entries}).encode()
    turn = HiddenRounds(rounds=(ROUND[name],), calls=frozenset(), text="Done.", nth=2)
    messages = dialect.read_request(dialect.edited(body, Edits(turns=(turn,)))).messages
    at = next(n for n, message in enumerate(messages) if message.tool_calls)
    assert [m.text for m in messages[:at]] == ["one", "Done.", "two"]


@EACH
def test_what_has_happened_since_is_told_at_the_end_and_frees_a_forced_choice(name: str) -> None:
    dialect = dialect_named(name)
    forced: dict[str, Any] = {
        "openai_chat": {"type": "function", "function": {"name": "pay"}},
        "openai_responses": "required",
        "anthropic_messages": {"type": "tool", "name": "pay", "disable_parallel_tool_use": True},
        "gemini": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["pay"]}},
    }
    field = b"toolConfig" if name == "gemini" else b"tool_choice"
    said = b'"%b":%b,"model":"m"' % (field, json.dumps(forced[name]).encode())
    body = BODIES[name].replace(b'"model":"m"', said)
    changed = dialect.edited(body, Edits(more=(ROUND[name],)))
    request = dialect.read_request(changed)
    assert told(dialect, changed)[0][-1] == "b"
    assert request.messages[-1].results[0].content == "paid"
    assert request.settings.tool_choice == "auto"


@pytest.mark.parametrize("given", [b'"hi"', None, b"[]"], ids=["text", "nothing", "empty"])
def test_a_response_is_asked_for_again_whatever_its_input_was(given: bytes | None) -> None:
    dialect = dialect_named("openai_responses")
    body = b'{"model":"m"}' if given is None else b'{"model":"m","input":%b}' % given
    changed = json.loads(dialect.edited(body, Edits(more=(ROUND["openai_responses"],))))
    kinds = [item.get("type", "message") for item in changed["input"]]
    assert kinds[-3:] == ["reasoning", "function_call", "function_call_output"]
    assert len(kinds) == (4 if given == b'"hi"' else 3)


def test_reasoning_that_is_kept_nowhere_is_not_sent_back_and_a_conversation_is_told_only_the_result() -> None:
    dialect, more = dialect_named("openai_responses"), Edits(more=(ROUND["openai_responses"],))
    stateless = json.loads(dialect.edited(b'{"model":"m","store":false,"input":"hi"}', more))
    assert [item.get("type") for item in stateless["input"]] == [
        None,
        "function_call",
        "function_call_output",
    ]
    kept = json.loads(dialect.edited(b'{"model":"m","conversation":"conv_1","input":"hi"}', more))
    assert [item.get("type") for item in kept["input"]] == ["function_call_output"]


# -- answers -----------------------------------------------------------------------------------------


@EACH
@STREAMED
def test_an_answer_with_nothing_to_take_out_is_the_same_object(name: str, stream: bool) -> None:
    reply = reply_of(dialect_named(name), MIXED, stream=stream)
    assert dialect_named(name).without(reply, lambda call: False) is reply


@EACH
@STREAMED
def test_calls_are_taken_out_and_all_else_is_told_as_before(name: str, stream: bool) -> None:
    dialect = dialect_named(name)
    reply = reply_of(dialect, MIXED, stream=stream)
    left = dialect.read_answer(dialect.without(reply, lambda call: call.name == "pay"))
    whole = dialect.read_answer(reply)
    assert left == replace(whole, tool_calls=(LOOK, LATER))
    assert b"call_pay" not in dialect.without(reply, lambda call: call.name == "pay").body


@EACH
@STREAMED
def test_an_answer_with_no_call_left_says_that_the_model_stopped(name: str, stream: bool) -> None:
    dialect = dialect_named(name)
    left = dialect.read_answer(dialect.without(reply_of(dialect, MIXED, stream=stream), lambda call: True))
    assert (left.tool_calls, left.finish, left.text) == ((), Finish.STOP, "One moment.")
    assert left.complete


@EACH
@STREAMED
def test_an_answer_cut_at_its_limit_keeps_that_reason(name: str, stream: bool) -> None:
    dialect = dialect_named(name)
    cut = replace(MIXED, finish=Finish.LENGTH)
    left = dialect.read_answer(dialect.without(reply_of(dialect, cut, stream=stream), lambda call: True))
    assert (left.tool_calls, left.finish) == ((), Finish.LENGTH)


@EACH
@STREAMED
def test_what_was_said_can_be_told_again(name: str, stream: bool) -> None:
    dialect = dialect_named(name)
    said = dialect.said(reply_of(dialect, replace(MIXED, reasoning=""), stream=stream))
    results = tuple(ToolResult(call_id=call.id, content=call.name) for call in MIXED.tool_calls)
    body = dialect.edited(dialect.write_request(ASKED), Edits(more=(Round(said=said, results=results),)))
    messages = dialect.read_request(body).messages
    assert messages[1] == Message(role="assistant", text=MIXED.text, tool_calls=MIXED.tool_calls)
    assert [result for message in messages[2:] for result in message.results] == list(results)
    assert len(said.calls) == 3


def test_the_untouched_frames_of_a_thinned_stream_are_the_provider_s_own() -> None:
    for name in NAMES:
        dialect = dialect_named(name)
        reply = reply_of(dialect, MIXED, stream=True)
        frames = dialect.frames(reply)
        left = dialect.frames(dialect.without(reply, lambda call: call.name == "later"))
        changed = [frame for frame in left if frame not in frames]
        assert len(changed) == (1 if name == "openai_responses" else 0), "only the list of all that was said"


def test_a_call_in_any_choice_and_in_the_older_form_is_taken_out() -> None:
    dialect = dialect_named("openai_chat")
    call = {"id": "x", "type": "function", "function": {"name": "pay", "arguments": "{}"}}
    choices = [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"},
        {"index": 1, "message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"},
        {
            "index": 2,
            "message": {"content": None, "function_call": {"name": "pay", "arguments": "{}"}},
            "finish_reason": "function_call",
        },
    ]
    body = json.dumps({"id": "1", "model": "m", "choices": choices}).encode()
    reply = reply_of(dialect, MIXED, stream=False)
    left = dialect.without(reply.with_chunks([replace(reply.chunks[0], data=body)]), lambda call: True)
    found = json.loads(left.body)["choices"]
    assert b"pay" not in left.body
    assert [choice["finish_reason"] for choice in found] == ["stop"] * 3


# -- the real SDKs -----------------------------------------------------------------------------------


def test_the_openai_sdk_puts_a_thinned_chat_stream_together(wire: Any) -> None:
    dialect = dialect_named("openai_chat")
    wire.replies = [dialect.without(reply_of(dialect, MIXED, stream=True), lambda call: call.name == "pay")]
    client = openai.OpenAI(api_key="k", http_client=wire.client)
    with client.chat.completions.stream(model="m", messages=[{"role": "user", "content": "hi"}]) as stream:
        message = stream.get_final_completion().choices[0].message
    calls = [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or ()]
    assert calls == [(call.id, call.name, call.arguments) for call in (LOOK, LATER)]


def test_the_openai_sdk_puts_a_thinned_response_stream_together(wire: Any) -> None:
    dialect = dialect_named("openai_responses")
    wire.replies = [dialect.without(reply_of(dialect, MIXED, stream=True), lambda call: call.name == "pay")]
    client = openai.OpenAI(api_key="k", http_client=wire.client)
    with client.responses.stream(model="m", input="hi") as stream:
        seen = [event.type for event in stream]
        response = stream.get_final_response()
    calls = [item for item in response.output if item.type == "function_call"]
    assert [(call.call_id, call.arguments) for call in calls] == [(c.id, c.arguments) for c in (LOOK, LATER)]
    assert seen.count("response.function_call_arguments.done") == 2


def test_the_anthropic_sdk_puts_a_thinned_stream_together(wire: Any) -> None:
    dialect = dialect_named("anthropic_messages")
    wire.replies = [dialect.without(reply_of(dialect, MIXED, stream=True), lambda call: call.name == "pay")]
    client = anthropic.Anthropic(api_key="k", http_client=wire.client)
    with client.messages.stream(
        model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}]
    ) as stream:
        message = stream.get_final_message()
    calls = [(block.id, block.input) for block in message.content if block.type == "tool_use"]
    assert calls == [(call.id, json.loads(call.arguments)) for call in (LOOK, LATER)]
    assert message.stop_reason == "tool_use"
