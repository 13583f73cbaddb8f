"""Settings files are read with the place of every key, whatever somebody has put into them."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.scan.document import Document
from agentprobe.scan.documents import read_document
from agentprobe.scan.documents.front_matter import BODY
from agentprobe.scan.text import Unreadable

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def read(path: str, text: str) -> Document:
    document = read_document(path, text.encode())
    assert document is not None
    return document


@given(PLAIN)
def test_json_is_read_as_json_reads_it(data: object) -> None:
    assert read("a.json", json.dumps(data)).data == data
    assert read("a.json", json.dumps(data, indent=2)).data == data


@given(st.dictionaries(st.text("abö :#-", max_size=6), st.lists(st.integers() | st.booleans() | st.none())))
def test_json_is_yaml_too(data: object) -> None:
    assert read("a.yaml", json.dumps(data)).data == data


@given(st.text(max_size=60) | st.text(alphabet='{}[]",:-&*<>!| \n\t#a1', max_size=60))
def test_whatever_the_text_it_is_data_or_said_to_be_unreadable(text: str) -> None:
    for name in ("a.json", "a.yaml", "a.toml", ".env", "a.prompty"):
        with suppress(Unreadable):
            read_document(name, text.encode("utf-8", "surrogatepass"))


def test_keys_of_json_stand_where_they_stand() -> None:
    text = '{\n  // in use\n  "model": "gpt-5",\n  "dev": {"temperature": 0,},\n  "tools": ["a", "b"]\n}'
    document = read("agent_config.json", text)
    assert document.data == {"model": "gpt-5", "dev": {"temperature": 0}, "tools": ["a", "b"]}
    places = [document.place(*keys) for keys in (("model",), ("dev", "temperature"), ("tools", 1))]
    assert [(one.line, one.column) for one in places] == [(3, 3), (4, 11), (5, 18)]
    assert document.kind == "agent-config"


def test_keys_of_yaml_stand_where_they_stand_and_values_have_their_types() -> None:
    text = "base: &b\n  temperature: 0.7\n  on: true\nagent:\n  <<: *b\n  model: 'gpt-5'\n  steps: [1, two]\n"
    document = read("x.yaml", text)
    assert document.get("agent") == {"temperature": 0.7, "on": True, "model": "gpt-5", "steps": [1, "two"]}
    assert (document.place("agent", "model").line, document.place("agent", "steps", 1).line) == (6, 7)


def test_a_tag_that_would_make_an_object_is_text() -> None:
    document = read("x.yaml", "a: !!python/object/apply:os.system ['true']\nb: !include other.yaml\n")
    assert document.data == {"a": ["true"], "b": "other.yaml"}


def test_aliases_that_multiply_are_not_multiplied() -> None:
    laughs = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)
    )
    assert len(read("x.yaml", laughs).data) == 40


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "- " * 5_000 + "x"])
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_what_is_nested_deeply_is_refused(text: str, name: str) -> None:
    with pytest.raises(Unreadable, match="not valid"):
        read_document(name, text.encode())


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [("a.json", '{"a": 1,\n "b": }', 2), ("a.yaml", "a: 1\nb: [", 2), ("a.toml", "a = 1\nb = \n", 2)],
)
def test_what_cannot_be_read_names_its_line(name: str, text: str, line: int) -> None:
    with pytest.raises(Unreadable) as raised:
        read_document(name, text.encode())
    assert raised.value.line in (line, line + 1)


def test_front_matter_has_its_text_beneath_it() -> None:
    document = read("desk.prompty", "---\nname: Desk\nmodel:\n  id: gpt-5\n---\nsystem:\nYou help.\n")
    assert (document.kind, document.get("model", "id")) == ("prompty", "gpt-5")
    assert document.get(BODY) == "system:\nYou help.\n"
    assert (document.place("model", "id").line, document.place(BODY).line) == (4, 6)


def test_an_environment_file_keeps_no_secret() -> None:
    document = read(".env.production", "export TEMPERATURE=0.9 # warm\nOPENAI_API_KEY=sk-1234\nNAME='a b'\n")
    assert document.data == {"TEMPERATURE": "0.9", "OPENAI_API_KEY": "", "NAME": "a b"}
    assert document.place("NAME").line == 3
    assert "sk-1234" not in repr(document)


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("langgraph.json", "{}", "langgraph"),
        ("src/shop/config/agents.yaml", "a: {role: x}", "crewai"),
        (".cursor/mcp.json", "{}", "mcp"),
        ("settings.json", '{"mcpServers": {}}', "mcp"),
        ("desk.json", '{"component_type": "Agent", "agentspec_version": "26.1"}', "agent-spec"),
        ("public/.well-known/agent-card.json", "{}", "a2a-card"),
        ("conf/llm.yaml", "model: gpt-5\ntemperature: 0.2", "agent-config"),
        ("data.json", '{"model": "T-800"}', ""),
    ],
)
def test_what_a_file_is_for_is_told_by_its_place_or_by_what_it_says(path: str, text: str, kind: str) -> None:
    assert read(path, text).kind == kind
