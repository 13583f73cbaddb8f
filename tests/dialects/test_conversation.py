"""A request's conversation is read as it is and changed turn by turn, and no byte beside."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from agentprobe.dialects import Dialect, dialect_named
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._deliveries import Deliveries
from agentprobe.dialects._turns import PlacedResult, Turn
from agentprobe.domain.model import Message, ModelRequest, ToolCall, ToolResult
from agentprobe.errors import Malformed

BODIES = {
    "openai_chat": b"""{ "model":"m","unknown" :  {"a":1.0, "a2":"\\u00e9"},
  "messages" : [ {"content":"SYS","role":"developer","x":1} ,
    {"role":"user","content":[ {"type":"text","text":"one"},{"type":"image_url","image_url":{"url":"u"}} ]},
    {"role":"assistant","content":null,"tool_calls":[
       {"id":"a","type":"function","function":{"name":"look","arguments":"{ }"},"extra":1},
       {"id":"c","type":"custom","custom":{"name":"dig","input":"deep"}} ] },
    {"role":"tool", "x" : [ ], "content":"OLD","tool_call_id":"a"},
    {"tool_call_id":"c","role":"tool","content":[{"type":"text","text":"two"},{"type":"image_url"}]} ,
    {"role":"user","content":"last"} ], "z":[ 1 ] }""",
    "openai_responses": b"""{ "model":"m","instructions" : "SYS" , "unknown" :  {"a":1.0},
  "input" : [ {"role":"user","content":[ {"type":"input_text","text":"one"},{"type":"input_image"} ]},
    {"type":"reasoning","id":"rs_1","summary":[ ]},
    {"type":"function_call","id":"fc_a","call_id":"a","name":"look","arguments":"{ }","extra":1},
    {"type":"custom_tool_call","id":"fc_c","call_id":"c","name":"dig","input":"deep"},
    {"type":"function_call_output", "call_id":"a" , "output":"OLD"},
    {"type":"custom_tool_call_output","call_id":"c","output":[{"type":"input_text","text":"two"}]} ,
    {"type":"message","role":"user","content":"last"} ], "z":[ 1 ] }""",
    "anthropic_messages": b"""{ "model":"m","max_tokens":9,"unknown" :  {"a":1.0},
  "system":[ {"type":"text","text":"SYS","cache_control":{"type":"ephemeral"}} ],
  "messages" : [ {"role":"user","content":[ {"type":"text","text":"one"},{"type":"image","source":{}} ]},
    {"role":"assistant","content":[ {"type":"thinking","thinking":"t","signature":"s"},
       {"type":"tool_use","id":"a","name":"look","input":{ },"extra":1},
       {"type":"tool_use","id":"c","name":"dig","input":"deep"} ] },
    {"role":"user","content":[ {"type":"tool_result", "tool_use_id":"a" , "content":"OLD"},
       {"type":"tool_result","tool_use_id":"c","content":[{"type":"text","text":"two"},{"type":"image"}]} ]} ,
    {"role":"user","content":"last"} ], "z":[ 1 ] }""",
    "gemini": b"""{ "unknown" :  {"a":1.0}, "system_instruction" : { "parts" : [ {"text":"SYS"} ] } ,
  "contents" : [ {"role":"user","parts":[{"text":"one"},{"inlineData":{}}]},
    {"role":"model","parts":[ {"text":"t","thought":true} ]} ,
    {"role":"model","parts":[
       {"functionCall":{"id":"a","name":"look","args":{ }},"thoughtSignature":"c2ln"},
       {"function_call":{"id":"c","name":"dig","args":"deep"}} ] },
    {"role":"user","parts":[ {"functionResponse": {"id":"a" , "name":"look", "response":{"result": "OLD" }}},
       {"function_response":{"id":"c","name":"dig","response":{"output":"two"}}} ]} ,
    {"parts":[{"text":"last"}]} ], "z":[ 1 ] }""",
    "ollama": b"""{ "model":"m","unknown" :  {"a":1.0},
  "messages" : [ {"content":"SYS","role":"system"} ,
    {"role":"user","content":"one","images":[ "aGk=" ]},
    {"role":"assistant","thinking":"t","tool_calls":[
       {"function":{"name":"look","arguments":{ }},"id":"a"},
       {"function":{"name":"dig","arguments":"deep"}} ] },
    {"role":"tool", "x" : [ ], "content":"OLD","tool_name":"look","tool_call_id":"a"},
    {"content":"two","tool_name":"dig","role":"tool"} ,
    {"role":"user","content":"last"} ], "z":[ 1 ] }""",
}
"""Conversations in a spelling that no writer of ours would choose."""
FEW = settings(max_examples=30)
EACH = pytest.mark.parametrize("name", list(BODIES))
words = some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
users = words.map(lambda text: (Message(role="user", text=text),))
assistants = words.map(lambda text: (Message(role="assistant", text=text),))
arguments = some.dictionaries(words, words, max_size=2).map(json.dumps)


@some.composite
def rounds(draw: some.DrawFn) -> tuple[Message, ...]:
    number = draw(some.integers(1, 3))
    stem = draw(some.uuids()).hex
    calls = [ToolCall(id=f"{stem}{n}", name=draw(words), arguments=draw(arguments)) for n in range(number)]
    told = tuple(ToolResult(call_id=call.id, content=draw(words)) for call in calls)
    return (Message(role="assistant", tool_calls=tuple(calls)), Message(role="tool", results=told))


@some.composite
def conversations(draw: some.DrawFn) -> list[Message]:
    """A question, then rounds and answers, never two of the assistant's turns in a row."""
    found = list(draw(users))
    for _ in range(draw(some.integers(0, 4))):
        found += draw(
            some.one_of(rounds(), some.tuples(assistants, users).map(lambda pair: pair[0] + pair[1]))
        )
    return found


def spelled(body: bytes, indent: int | None, more: dict[str, Any]) -> bytes:
    """The same request in another spelling, with fields that nobody knows."""
    told = {"before_all": more, **json.loads(body), "behind_all": [more]}
    return json.dumps(told, indent=indent, ensure_ascii=bool(indent)).encode()


bodies = some.tuples(
    conversations(), some.sampled_from([None, 1, 3]), some.dictionaries(words, words, max_size=2)
)


def body_of(dialect: Dialect, drawn: tuple[list[Message], int | None, dict[str, Any]]) -> bytes:
    messages, indent, more = drawn
    asked = ModelRequest(model="m", messages=(Message(role="system", text="SYS"), *messages))
    return spelled(dialect.write_request(asked), indent, more)


def told(dialect: Dialect, body: bytes) -> list[tuple[str, str, Sequence[tuple[str, str]], Sequence[str]]]:
    """Role, text, calls and results of each message, as the dialect reads a request."""
    return [
        (
            message.role,
            message.text,
            [(call.name, call.arguments) for call in message.tool_calls],
            [result.content for result in message.results],
        )
        for message in dialect.read_request(body).messages
    ]


def seen(found: Conversation, turns: Sequence[Turn]) -> list[Any]:
    """The same of turns that were found in their places."""
    return [
        (
            turn.role,
            "" if turn.results else found.says(turn),
            [(one.call.name, one.call.arguments) for one in turn.calls],
            [one.result.content for one in turn.results],
        )
        for turn in turns
    ]


def results_in(found: Conversation) -> list[PlacedResult]:
    return [one for turn in found.turns for one in turn.results]


@EACH
def test_a_conversation_is_found_as_it_is_read(name: str) -> None:
    dialect = dialect_named(name)
    found = dialect.conversation(BODIES[name])
    assert found.prompt == "SYS"
    said = [one for one in told(dialect, BODIES[name]) if one[0] != "system"]
    assert seen(found, [turn for turn in found.turns if turn.role != "system"]) == said
    read = dialect.read_request(BODIES[name])
    assert [one.call.id for turn in found.turns for one in turn.calls] == [
        call.id for message in read.messages for call in message.tool_calls
    ]
    assert [one.result.call_id for one in results_in(found)] == [
        result.call_id for message in read.messages for result in message.results
    ]
    assert [len(block) for block in found.blocks] == [1, len(said) - 2, 1]


@EACH
def test_what_need_not_change_is_the_same_object(name: str) -> None:
    dialect, body = dialect_named(name), BODIES[name]
    found = dialect.conversation(body)
    assert found.with_turns(found.turns) is body
    assert found.with_turns([]) is body
    assert found.reworded(found.questions[-1], lambda text: text) is body
    assert Deliveries(found).body is body
    bare = dialect.write_request(ModelRequest(model="m", messages=(Message(role="user", text="hi"),)))
    assert dialect.conversation(bare).without_system() is bare


@EACH
def test_a_text_changes_its_own_bytes_and_no_others(name: str) -> None:
    body = BODIES[name]
    found = dialect_named(name).conversation(body)
    assert found.reworded(found.questions[0], lambda text: f'{text} "2"') == body.replace(
        b'"one"', b'"one \\"2\\""'
    )
    assert found.with_system("MORE") == body.replace(b'"SYS"', b'"SYS\\n\\nMORE"')


@EACH
def test_a_turn_goes_and_what_stands_between_the_others_stays(name: str) -> None:
    body, dialect = BODIES[name], dialect_named(name)
    found = dialect.conversation(body)
    last = found.questions[-1]
    before, gone, behind = body.partition(body[last.entries[0].start : last.entries[0].end])
    kept = found.with_turns([turn for turn in found.turns if turn != last])
    assert kept == before.rstrip().removesuffix(b",").rstrip() + behind
    assert found.with_turns([*found.turns, gone]) == body.replace(gone, gone + b"," + gone)


@EACH
def test_the_system_prompt_goes_and_comes(name: str) -> None:
    dialect = dialect_named(name)
    without = dialect.conversation(BODIES[name]).without_system()
    assert dialect.read_request(without).system == ""
    assert b"SYS" not in without
    assert told(dialect, without) == [one for one in told(dialect, BODIES[name]) if one[0] != "system"]
    again = dialect.conversation(without).with_system("SYS")
    assert dialect.read_request(again).system == "SYS"
    assert told(dialect, again) == told(dialect, BODIES[name])


@EACH
def test_results_are_exchanged_and_no_byte_beside(name: str) -> None:
    dialect, body = dialect_named(name), BODIES[name]
    one, other = results_in(dialect.conversation(body))
    deliveries = Deliveries(dialect.conversation(body))
    if name == "openai_responses":  # a function's result and a custom tool's are of different kinds
        assert not deliveries.exchange(one, other)
        assert deliveries.body is body
        return
    assert deliveries.exchange(one, other)
    contents = [
        result.content for m in dialect.read_request(deliveries.body).messages for result in m.results
    ]
    assert contents == ["two", "OLD"]
    assert len(deliveries.body) == len(body)
    back = dialect.conversation(deliveries.body)
    undone = Deliveries(back)
    undone.exchange(*results_in(back))
    assert undone.body == body


@EACH
def test_a_result_says_something_else_in_its_own_place(name: str) -> None:
    dialect, body = dialect_named(name), BODIES[name]
    found = dialect.conversation(body)
    deliveries = Deliveries(found)
    assert deliveries.say(results_in(found)[0], "NEW")
    assert deliveries.body.replace(b'{"result":"NEW"}', b'{"result": "OLD" }').replace(b"NEW", b"OLD") == body


@EACH
@FEW
@given(drawn=bodies, data=some.data())
def test_turns_in_any_order_are_read_in_that_order(name: str, drawn: Any, data: some.DataObject) -> None:
    dialect = dialect_named(name)
    body = body_of(dialect, drawn)
    found = dialect.conversation(body)
    blocks = data.draw(some.lists(some.sampled_from(found.blocks), min_size=1, unique_by=id))
    system = [turn for turn in found.turns if turn.role == "system"]
    order = [*system, *(turn for block in blocks for turn in block)]
    changed = found.with_turns(order)
    expected = [("system", "SYS", [], []), *seen(found, [turn for turn in order if turn.role != "system"])]
    if not one_assistant_behind_another(order):
        assert told(dialect, changed) == expected
    assert found.array is not None
    start, end = found.array
    assert changed.startswith(body[:start])
    assert changed.endswith(body[end:])
    for turn in order:
        for span in turn.entries:
            assert body[span.start : span.end] in changed


def one_assistant_behind_another(order: Sequence[Turn]) -> bool:
    """Protocols whose turns are made of items read two of them as one."""
    roles = [turn.role for turn in order]
    return any(one == other == "assistant" for one, other in pairwise(roles))


@EACH
@FEW
@given(drawn=bodies)
def test_what_is_found_is_what_is_read(name: str, drawn: Any) -> None:
    dialect = dialect_named(name)
    body = body_of(dialect, drawn)
    found = dialect.conversation(body)
    assert seen(found, [turn for turn in found.turns if turn.role != "system"]) == [
        one for one in told(dialect, body) if one[0] != "system"
    ]
    assert found.prompt == "SYS"
    assert [turn for block in found.blocks for turn in block] == [
        t for t in found.turns if t.role != "system"
    ]
    for block in found.blocks:
        asked = [one.call.id for turn in block for one in turn.calls]
        assert sorted(one.result.call_id for turn in block for one in turn.results) == sorted(asked)


@EACH
@FEW
@given(drawn=bodies, text=words)
def test_a_new_text_is_read_and_all_else_stays(name: str, drawn: Any, text: str) -> None:
    dialect = dialect_named(name)
    body = body_of(dialect, drawn)
    found = dialect.conversation(body)
    turn = found.questions[0]
    changed = found.reworded(turn, lambda said: said + text)
    (place,) = turn.said
    assert changed.startswith(body[: place.start])
    assert changed.endswith(body[place.end :])
    assert dialect.conversation(changed).says(dialect.conversation(changed).questions[0]) == (
        found.says(turn) + text
    )


@EACH
@pytest.mark.parametrize("body", [b"", b"?", b"[]", b"3", b'"x"', b'{"messages":', b"\xff"])
def test_what_is_no_request_is_malformed(name: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        dialect_named(name).conversation(body)


KEYS = (
    *("role", "content", "parts", "text", "type", "tool_calls", "function", "call_id", "output", "id"),
    *("functionCall", "functionResponse", "response", "input", "name", "tool_call_id", "arguments"),
)
ODD = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(0, 9)
    | some.sampled_from(["user", "tool", "assistant", "x"]),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@EACH
@FEW
@given(turns=ODD, system=ODD)
def test_whatever_stands_where_turns_should_breaks_nothing(name: str, turns: Any, system: Any) -> None:
    odd = {
        **dict.fromkeys(("messages", "input", "contents"), turns),
        "system": system,
        "instructions": system,
    }
    body = json.dumps({"model": "m", **odd, "systemInstruction": system}).encode()
    try:
        found = dialect_named(name).conversation(body)
        found.with_turns([*found.turns, found.say("user", "hi")])
        found.with_turns(found.turns[1:])
        found.without_system()
        found.with_system("more")
        assert all(found.again(turn) for turn in found.turns if found.array is not None)
        deliveries = Deliveries(found)
        for one in results_in(found):
            deliveries.say(one, "x")
        json.loads(deliveries.body)
    except Malformed:
        pass


@EACH
def test_a_compressed_request_is_changed_in_the_plain(name: str) -> None:
    plain, packed = (
        dialect_named(name).conversation(body) for body in (BODIES[name], gzip.compress(BODIES[name]))
    )
    assert packed.with_system("MORE") == plain.with_system("MORE")


def test_a_text_that_stands_for_the_conversation_becomes_a_list_when_a_turn_is_added() -> None:
    found = dialect_named("openai_responses").conversation(b'{"model":"m" , "input" : "h\\u0069" }')
    changed = found.with_turns([*found.turns, found.say("user", "more")])
    assert json.loads(changed)["input"] == [
        {"role": "user", "content": "hi"},
        {"role": "user", "content": "more"},
    ]
    assert changed.startswith(b'{"model":"m" , "input" : [')


def test_a_prompt_to_be_completed_takes_no_turns_but_other_words() -> None:
    body = b'{"model":"m" , "prompt" : "hi", "system": "SYS" }'
    found = dialect_named("ollama").conversation(body)
    assert found.with_turns([*found.turns, found.say("user", "more")]) is body
    assert found.reworded(found.turns[0], str.upper) == body.replace(b"hi", b"HI")
    assert found.without_system() == b'{"model":"m" , "prompt" : "hi" }'
    assert found.with_system("MORE") == body.replace(b"SYS", b"SYS\\n\\nMORE")


def test_an_entry_that_comes_again_has_no_id() -> None:
    body = (
        b'{"model":"m","input":[{"id":"msg_1","role":"user","content":"hi"},{"role":"user","content":"x"}]}'
    )
    found = dialect_named("openai_responses").conversation(body)
    assert found.again(found.turns[0]) == [b'{"role":"user","content":"hi"}']
    assert found.again(found.turns[1]) == [b'{"role":"user","content":"x"}']
