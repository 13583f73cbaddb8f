"""JSON of a model that is used as it comes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
OPENAI = """
from openai import OpenAI

client = OpenAI()
"""


def test_an_answer_that_is_parsed_without_a_net_is_found(found: Scan) -> None:
    code = """
import json

def plan(messages):
    reply = client.chat.completions.create(model="gpt-5", messages=messages)
    order = json.loads(reply.choices[0].message.content)
    return order["number"]
"""
    (finding,) = found(OPENAI + code, "output-unvalidated")
    assert (finding.place.line, finding.tier) == (10, Tier.PROVED)


def test_arguments_that_are_spread_into_a_function_are_found(found: Scan) -> None:
    code = """
    import json

    def perform(calls, functions):
        for call in calls:
            arguments = json.loads(call.function.arguments)
            functions[call.function.name](**arguments)
    """
    (finding,) = found(code, "output-unvalidated")
    assert finding.place.line == 6
    assert "arguments" in finding.message


def test_fields_after_a_parse_that_was_caught_are_found(found: Scan) -> None:
    code = """
import json

def plan(messages):
    text = client.responses.create(model="gpt-5", input=messages).output_text
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise Malformed() from error
    return data["steps"]
"""
    (finding,) = found(OPENAI + code, "output-unvalidated")
    assert "field by field" in finding.message


@pytest.mark.parametrize(
    "rest",
    [
        "return Plan(**json.loads(text))",
        "data = json.loads(text)\n    return Plan.model_validate(data)",
        "data = json.loads(text)\n    if not isinstance(data, dict):\n        raise Bad()\n    return data",
        "try:\n        data = json.loads(text)\n        return data['steps']\n"
        "    except (json.JSONDecodeError, KeyError) as error:\n        raise Malformed() from error",
    ],
)
def test_models_tests_and_nets_are_respected(found: Scan, rest: str) -> None:
    code = f"""
import json

def plan(messages):
    text = client.responses.create(model="gpt-5", input=messages).output_text
    {rest}
"""
    assert not found(OPENAI + code, "output-unvalidated")


def test_strict_schemas_and_json_of_others_are_not(found: Scan) -> None:
    code = """
import json

SCHEMA = {"type": "json_schema", "json_schema": {"name": "plan", "strict": True}}

def plan(messages):
    reply = client.chat.completions.create(model="gpt-5", messages=messages, response_format=SCHEMA)
    return json.loads(reply.choices[0].message.content)["steps"]

def settings(path):
    return json.loads(path.read_text())["model"]
"""
    assert not found(OPENAI + code, "output-unvalidated")
