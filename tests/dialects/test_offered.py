"""The tools of a request are told otherwise, and the user's newest text is changed, and no byte beside."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agentprobe.dialects import Dialect, dialect_named
from agentprobe.dialects._offered import Offer
from agentprobe.domain.model import Message, ModelRequest, ToolSpec
from agentprobe.errors import Malformed

BODIES = {
    "openai_chat": b"""{ "model":"m","tools" : [ {"type":"function", "function":{"name":"look" ,
      "description":"OLD", "strict":true,"parameters":{"a":1.0}}},
      {"function":{"parameters":{ },"name":"pay"},"type":"function"} ],
  "messages" : [ {"role":"user","content":"first"}, {"role":"assistant","content":"hi"},
    {"content":[ {"type":"text" ,"text":"NEWEST"},{"type":"image_url"} ],"role":"user"},
    {"role":"tool","tool_call_id":"a","content":"result"} ] }""",
    "openai_responses": b"""{ "model":"m","tools" : [ {"type":"web_search"},
      {"type":"function", "name":"look" ,
      "description":"OLD", "strict":true,"parameters":{"a":1.0}},
      {"parameters":{ },"name":"pay","type":"function"} ],
  "input" : [ {"role":"user","content":"first"}, {"role":"assistant","content":"hi"},
    {"content":[ {"type":"input_text" ,"text":"NEWEST"},{"type":"input_image"} ],"role":"user"},
    {"type":"function_call_output","call_id":"a","output":"result"} ] }""",
    "anthropic_messages": b"""{ "model":"m","max_tokens":9,"tools" : [
      {"type":"web_search_20250305","name":"web_search"}, {"name":"look" ,
      "description":"OLD", "input_schema":{"a":1.0},"cache_control":{"type":"ephemeral"}},
      {"input_schema":{ },"name":"pay"} ],
  "messages" : [ {"role":"user","content":"first"}, {"role":"assistant","content":"hi"},
    {"content":[ {"type":"text" ,"text":"NEWEST"},{"type":"image","source":{}} ],"role":"user"},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"result"}]} ] }""",
    "gemini": b"""{ "tools" : [ {"googleSearch":{}}, {"functionDeclarations" : [ {"name":"look" ,
      "description":"OLD", "parametersJsonSchema":{"a":1.0}} , {"parameters":{ },"name":"pay"} ]} ],
  "contents" : [ {"role":"user","parts":[{"text":"first"}]}, {"role":"model","parts":[{"text":"hi"}]},
    {"parts":[ {"text":"NEWEST"},{"inlineData":{}} ]},
    {"role":"user","parts":[{"functionResponse":{"name":"look","response":{"result":"r"}}}]} ] }""",
    "ollama": b"""{ "model":"m","tools" : [ {"type":"function", "function":{"name":"look" ,
      "description":"OLD", "parameters":{"a":1.0}}},
      {"function":{"parameters":{ },"name":"pay"},"type":"function"} ],
  "messages" : [ {"role":"user","content":"first"}, {"role":"assistant","content":"hi"},
    {"content":"NEWEST" , "images":["x"],"role":"user"},
    {"role":"tool","tool_name":"look","content":"result"} ] }""",
}
"""Requests in a spelling that no writer of ours would choose."""
EACH = pytest.mark.parametrize("name", list(BODIES))
LOOK, PAY = Offer("look", "OLD"), Offer("pay")
ODD = (
    some.lists(some.text() | some.integers() | some.dictionaries(some.text(), some.none() | some.text()))
    | some.none()
    | some.text()
)
WORDS = some.text(some.characters(exclude_categories=["Cs"]), max_size=12)


def in_place(**told: Sequence[Offer]) -> Any:
    def retelling(_: Sequence[Offer]) -> Mapping[str, Sequence[Offer]]:
        return told

    return retelling


@EACH
def test_the_tools_that_the_agent_runs_are_known_and_no_others(name: str) -> None:
    assert dialect_named(name).offers(BODIES[name]) == (LOOK, PAY)


@EACH
def test_other_words_change_their_own_bytes_and_no_others(name: str) -> None:
    changed = dialect_named(name).retold(BODIES[name], in_place(look=[Offer("seek", 'say "so"')]))
    expected = BODIES[name].replace(b'"look" ,', b'"seek" ,').replace(b'"OLD"', b'"say \\"so\\""')
    assert changed == expected


@EACH
def test_a_tool_without_a_description_is_given_one(name: str) -> None:
    dialect = dialect_named(name)
    changed = dialect.retold(BODIES[name], in_place(pay=[Offer("pay", "new")]))
    assert changed == BODIES[name].replace(b'"name":"pay"', b'"name":"pay","description":"new"')


@EACH
def test_a_tool_goes_and_the_others_stand_as_they_stood(name: str) -> None:
    dialect = dialect_named(name)
    changed = dialect.retold(BODIES[name], in_place(look=[]))
    assert dialect.offers(changed) == (PAY,)
    before, after = (dialect.read_request(body) for body in (BODIES[name], changed))
    assert after.tools == tuple(tool for tool in before.tools if tool.name != "look")
    assert after.messages == before.messages
    assert changed.split(b'"messages"')[1:] == BODIES[name].split(b'"messages"')[1:]


@EACH
def test_a_second_tool_stands_behind_the_first_with_all_that_one_has(name: str) -> None:
    dialect = dialect_named(name)
    changed = dialect.retold(BODIES[name], in_place(look=[LOOK, Offer("look_2", "mine")]))
    *_, first, second, third = dialect.read_request(changed).tools
    assert (first, third) == dialect.read_request(BODIES[name]).tools[-2:]
    assert second == ToolSpec(name="look_2", description="mine", schema=first.schema)
    assert changed.count(b'"strict":true') == 2 * BODIES[name].count(b'"strict":true')


@EACH
def test_a_request_whose_tools_stay_is_the_same_object(name: str) -> None:
    dialect, body = dialect_named(name), BODIES[name]
    assert dialect.retold(body, in_place()) is body
    assert dialect.retold(body, in_place(look=[LOOK], other=[])) is body
    bare = dialect.write_request(ModelRequest(model="m", messages=(Message(role="user", text="hi"),)))
    assert dialect.retold(bare, in_place(look=[])) is bare


@EACH
def test_the_users_newest_text_changes_and_no_byte_beside(name: str) -> None:
    changed = dialect_named(name).reworded(BODIES[name], lambda text: text + "\nmore")
    assert changed == BODIES[name].replace(b"NEWEST", b"NEWEST\\nmore")


@EACH
def test_a_request_without_a_users_text_is_the_same_object(name: str) -> None:
    dialect, body = dialect_named(name), BODIES[name]
    assert dialect.reworded(body, lambda text: text) is body
    silent = dialect.write_request(ModelRequest(model="m", messages=(Message(role="assistant", text="hi"),)))
    assert dialect.reworded(silent, lambda text: text + "x") is silent


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("openai_responses", b'{"model":"m","input" : "one"}'),
        ("ollama", b'{"model":"m" , "prompt":"one","system":"two"}'),
    ],
)
def test_a_user_who_says_one_text_alone_is_changed_there(name: str, body: bytes) -> None:
    assert dialect_named(name).reworded(body, str.upper) == body.replace(b"one", b"ONE")


@EACH
@given(words=WORDS, description=WORDS)
def test_what_is_written_is_what_is_read(name: str, words: str, description: str) -> None:
    dialect: Dialect = dialect_named(name)
    tools = (ToolSpec(name="a", schema={"type": "object"}), ToolSpec(name="b", description=description))
    request = ModelRequest(model="m", messages=(Message(role="user", text=words),), tools=tools)
    body = dialect.write_request(request)
    changed = dialect.retold(body, in_place(b=[Offer("c", words)], a=[Offer("a", description)]))
    assert dialect.offers(changed) == (Offer("a", description), Offer("c", words))
    said = dialect.read_request(dialect.reworded(body, lambda text: text + description)).messages[-1].text
    assert said == words + description


@EACH
@pytest.mark.parametrize("body", [b"", b"?", b"[]", b"3", b'"x"', b'{"tools":', b"\xff"])
def test_what_is_no_request_is_malformed(name: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        dialect_named(name).offers(body)
    with pytest.raises(Malformed):
        dialect_named(name).reworded(body, str.upper)


@EACH
@given(tools=ODD)
def test_whatever_stands_where_tools_and_turns_should_breaks_nothing(name: str, tools: Any) -> None:
    dialect = dialect_named(name)
    odd = dict.fromkeys(("tools", "messages", "input", "contents", "prompt"), tools)
    body = json.dumps(odd).encode()
    try:
        assert all(isinstance(one, Offer) for one in dialect.offers(body))
        dialect.reworded(body, lambda text: text + "x")
    except Malformed:
        pass


def test_a_compressed_request_is_changed_in_the_plain() -> None:
    changed = dialect_named("openai_chat").reworded(gzip.compress(BODIES["openai_chat"]), str.lower)
    assert changed == BODIES["openai_chat"].replace(b"NEWEST", b"newest")
