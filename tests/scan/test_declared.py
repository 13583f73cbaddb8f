"""Agents as settings files declare them."""

from __future__ import annotations

from textwrap import dedent

from agentprobe.scan.declared import Declared, declared
from agentprobe.scan.document import Document
from agentprobe.scan.documents import read_document


def document(path: str, text: str) -> Document:
    read = read_document(path, dedent(text).encode())
    assert read is not None
    return read


def only(path: str, text: str) -> Declared:
    (one,) = declared(document(path, text))
    return one


def test_a_flat_file_is_one_agent() -> None:
    one = only(
        "agent_config.json", '{"model": "gpt-4o", "temperature": 0.2, "timeout_ms": 1500, "tools": ["a"]}'
    )
    assert (one.name, one.model, one.whole) == ("", "gpt-4o", True)
    assert (one.number("temperature"), one.number("timeout"), one.tools) == (0.2, 1.5, ("a",))


def test_sections_of_profiles_have_what_stands_above_them() -> None:
    text = '{"model": "gpt-4o", "dev": {"temperature": 0}, "prod": {"temperature": 1, "model": "o3"}}'
    dev, prod = declared(document("agent_config.json", text))
    assert (dev.name, dev.model, dev.number("temperature")) == ("dev", "gpt-4o", 0)
    assert (prod.name, prod.model, prod.number("temperature")) == ("prod", "o3", 1)


def test_several_agents_are_told_apart_and_do_not_borrow_models_from_a_list_of_models() -> None:
    text = """
        llm: {model: gpt-4o}
        models:
          small: {temperature: 0.1}
          large: {model: gpt-4.1, temperature: 0.9}
    """
    small, large = declared(document("agent_config.yaml", text))
    assert (small.model, large.model) == ("", "gpt-4.1")


def test_prompty_says_its_model_and_options_in_the_front_matter() -> None:
    text = """\
        ---
        name: answer
        model:
          id: gpt-4o
          options:
            temperature: 0.4
            maxOutputTokens: 100
        ---
        system:
        Answer.
    """
    one = only("answer.prompty", text)
    assert (one.model, one.number("temperature"), one.number("cap")) == ("gpt-4o", 0.4, 100)
    prompt = one.get("prompt")
    assert prompt is not None
    assert "Answer." in prompt.value


def test_an_agent_spec_is_read_through_its_llm_config_and_retry_policy() -> None:
    text = """
        agentspec_version: 25.4.1
        component_type: Agent
        name: desk
        system_prompt: Answer.
        llm_config:
          component_type: OpenAiConfig
          model_id: gpt-4o
          default_generation_parameters: {max_tokens: 512, temperature: 0.9}
          retry_policy: {max_attempts: 4, request_timeout: 900}
        tools:
          - {component_type: ServerTool, name: cancel_order, requires_confirmation: false}
    """
    one = only("desk.yaml", text)
    assert (one.model, one.number("cap"), one.number("temperature")) == ("gpt-4o", 512, 0.9)
    assert (one.number("attempts"), one.number("timeout")) == (4, 900)
    assert one.writing_tools == ("cancel_order",)


def test_a_list_of_agents_and_keys_that_say_whose_they_are() -> None:
    text = """
        global: {temperature: 0.3}
        core_agents:
          desk: {agent_model: gpt-4o, agent_tools: [find_order]}
          till: {model_id: gpt-4.1, llm_temperature: 0.9}
    """
    desk, till = declared(document("agent_config.yaml", text))
    assert (desk.name, desk.model, desk.tools, desk.number("temperature")) == (
        "desk",
        "gpt-4o",
        ("find_order",),
        0.3,
    )
    assert (till.model, till.number("temperature")) == ("gpt-4.1", 0.9)
    (one,) = declared(
        document("agent_config.json", '[{"model_name": "gemini-2.0-flash", "temperature": 0.7}, 3]')
    )
    assert (one.name, one.model) == ("0", "gemini-2.0-flash")


def test_agents_of_another_kind_declare_no_model() -> None:
    text = '{"agent_id": "", "server_url": "http://localhost", "send_timeout_ms": 2000, "cpu": {}}'
    assert all(one.model == "" for one in declared(document("agent_config.json", text)))


def test_other_files_declare_nothing() -> None:
    assert declared(document("package.json", '{"model": "gpt-4o", "temperature": 1}')) == ()
    assert declared(document("settings.yaml", "sensor: {temperature: 21}\nroom: {temperature: 18}")) == ()


def test_a_setting_with_a_hole_is_no_number() -> None:
    one = only("agent_config.yaml", "model: ${MODEL}\ntemperature: ${HEAT}")
    assert one.number("temperature") is None


def test_deep_and_odd_files_are_read_without_harm() -> None:
    deep = '{"agents": ' * 60 + '{"x": {"model": "gpt-4o"}}' + "}" * 60
    assert isinstance(declared(document("agent_config.json", deep)), tuple)
    assert declared(document("agent_config.json", "[1, 2]")) == ()
    assert declared(document("agent_config.json", '{"tools": {"a": null}, "model": 7, "llm": [3]}'))[
        0
    ].tools == ("a",)
