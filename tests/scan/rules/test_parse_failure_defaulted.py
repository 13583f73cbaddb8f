"""An answer that cannot be parsed becomes a default."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Persona, Tier

Scan = Callable[..., list[Finding]]
OPENAI = """
from openai import OpenAI

client = OpenAI()
"""


@pytest.mark.parametrize(
    ("parse", "default"),
    [
        ("json.loads(reply.choices[0].message.content)", "return {'steps': []}"),
        ("float(reply.choices[0].message.content.strip())", "return 0.5"),
        ("Plan.model_validate_json(reply.choices[0].message.content)", "return []"),
    ],
)
def test_a_default_for_what_cannot_be_parsed_is_found(found: Scan, parse: str, default: str) -> None:
    code = f"""
import json

def plan(messages):
    reply = client.chat.completions.create(model="gpt-5", messages=messages)
    try:
        return {parse}
    except Exception:
        {default}
"""
    (finding,) = found(OPENAI + code, "parse-failure-defaulted")
    assert (finding.place.line, finding.tier) == (12, Tier.PROVED)


def test_a_wrapper_of_another_file_is_followed(found: Scan) -> None:
    wrapper = """
def ask(prompt: str) -> str:
    return client.responses.create(model="gpt-5", input=prompt).output_text
"""
    code = """
    import json
    from shop.llm import ask

    def tags(text):
        answer = ask(text)
        try:
            found = json.loads(answer)
        except json.JSONDecodeError:
            found = {}
        return found
    """
    (finding,) = found({"shop/llm.py": OPENAI + wrapper, "shop/tags.py": code}, "parse-failure-defaulted")
    assert (finding.place.path, finding.place.line, finding.tier) == ("shop/tags.py", 9, Tier.INFERRED)


@pytest.mark.parametrize(
    "handler",
    [
        "raise Malformed() from None",
        "return json.loads(repaired(text))",
        "return ask_again(client.responses.create(model='gpt-5', input=text))",
        "return None",
    ],
)
def test_a_second_way_an_error_and_none_are_not(found: Scan, handler: str) -> None:
    code = f"""
import json

def plan(messages):
    text = client.responses.create(model="gpt-5", input=messages).output_text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        {handler}
"""
    assert not found(OPENAI + code, "parse-failure-defaulted")


def test_a_logged_default_is_for_the_pedantic_and_other_json_for_nobody(found: Scan) -> None:
    code = """
import json

def plan(messages):
    text = client.responses.create(model="gpt-5", input=messages).output_text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        logger.warning("no plan: %s", text)
        return {}

def settings(path):
    try:
        return json.loads(path.read_text())
    except json.JSONDecodeError:
        return {}
"""
    (finding,) = found(OPENAI + code, "parse-failure-defaulted")
    assert (finding.place.line, finding.persona) == (12, Persona.PEDANTIC)


def test_a_default_that_keeps_the_text_loses_nothing(found: Scan) -> None:
    code = """
import json
from openai import OpenAI

client = OpenAI()

def arguments(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return {"raw": text}

def plan(messages):
    reply = client.responses.create(model="gpt-5", input=messages)
    return arguments(reply.output_text)
"""
    assert not found(code, "parse-failure-defaulted")
    assert found(code.replace('{"raw": text}', "{}"), "parse-failure-defaulted")


PROBE = """
import json
from openai import OpenAI

client = OpenAI(timeout=30)

def is_complete(messages):
    text = client.chat.completions.create(model="gpt-5", messages=messages).choices[0].message.content
    try:
        json.loads(text)
        return {good}
    except json.JSONDecodeError:
        return {bad}
"""


def test_a_function_that_only_asks_whether_a_text_can_be_parsed_puts_nothing_in_its_place(
    found: Scan,
) -> None:
    assert not found(PROBE.format(good="True", bad="False"), "parse-failure-defaulted")


def test_a_verdict_that_parsing_only_guards_is_a_default(found: Scan) -> None:
    assert found(PROBE.format(good="json.loads(text)['fine']", bad="False"), "parse-failure-defaulted")
