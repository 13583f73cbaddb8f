"""A model that samples at a temperature that nobody has chosen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]
RULE = "sampling-not-pinned"
HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n\n"


def ask(arguments: str, before: str = "") -> str:
    return (
        f"{HEAD}def ask(m, **more):\n    {before or 'pass'}\n"
        f"    return client.chat.completions.create(messages=m, {arguments})\n"
    )


def test_a_call_without_a_temperature_is_found(found: Scan) -> None:
    (finding,) = found(ask('model="gpt-4.1"'), RULE)
    assert (finding.place.line, finding.tier, finding.severity) == (7, Tier.PROVED, Severity.MEDIUM)
    assert finding.subject == "ask"
    assert "gpt-4.1" in finding.message


def test_its_fix_pins_it(found: Scan, tmp_path: Path) -> None:
    (finding,) = found(ask('model="gpt-4.1"'), RULE)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / edit.path).read_bytes()
    mended = raw[: edit.start] + edit.text.encode() + raw[edit.end :]
    assert b"temperature=0" in mended
    assert not found(mended.decode(), RULE)


def test_a_chat_model_is_found_where_it_is_made_and_once(found: Scan) -> None:
    code = """
    from langchain_anthropic import ChatAnthropic

    model = ChatAnthropic(model="claude-3-5-haiku-latest", timeout=9)

    def one(x):
        return model.invoke(x)

    def two(x):
        return model.invoke(x)
    """
    (finding,) = found(code, RULE)
    assert finding.place.line == 4


def test_a_librarys_own_default_is_named(found: Scan) -> None:
    code = "from langchain_openai import ChatOpenAI\n\nmodel = ChatOpenAI(model='gpt-4o')\n"
    (finding,) = found({"a.py": code, "requirements.txt": "langchain-openai==0.2.14\n"}, RULE)
    assert "0.7 (default of langchain-openai 0.2.14)" in finding.message


@pytest.mark.parametrize(
    "code",
    [
        ask('model="gpt-4.1", temperature=0.7'),
        ask('model="o3"'),
        ask('model="openai/gpt-5-mini"'),
        ask('model="gpt-4.1", **more'),
        ask('model="gpt-4.1", **params', 'params = {"temperature": 0}'),
        ask('model="gpt-4.1", **params', 'params = {}\n    if more:\n        params["temperature"] = more'),
        ask('model="qwen3", reasoning_effort="high"'),
        ask('model="dall-e-3"'),
        (
            "from langchain_openai import ChatOpenAI\n\n"
            "model = ChatOpenAI(model='gpt-4.1').bind(temperature=0)\n"
        ),
        (
            "from langchain.chat_models import init_chat_model\n\n"
            "model = init_chat_model(configurable_fields=('model', 'temperature'))\n"
        ),
        (
            "from langchain_openai import ChatOpenAI\n\ndef make(settings):\n"
            "    return ChatOpenAI(model='gpt-4.1', **settings)\n"
        ),
        (
            "import boto3\n\ndef ask(body):\n"
            "    return boto3.client('bedrock-runtime').invoke_model(modelId='x', body=body)\n"
        ),
    ],
)
def test_what_is_pinned_refused_or_cannot_be_seen_is_not(found: Scan, code: str) -> None:
    assert not found(code, RULE)


def test_a_temperature_that_a_wrapper_hands_on_is_not(found: Scan) -> None:
    code = """
    from openai import OpenAI

    class Chat:
        def __init__(self, temperature=None):
            self.client = OpenAI()
            self.temperature = temperature

        def ask(self, m):
            return self.client.chat.completions.create(model="x", messages=m, temperature=self.temperature)
    """
    assert not found(code, RULE)


def test_tests_are_left_alone(found: Scan) -> None:
    assert not found({"tests/test_a.py": ask('model="gpt-4.1"')}, RULE)


def test_a_branch_for_models_that_take_none_is_not(found: Scan) -> None:
    code = ask('model="gpt-4.1" if m else model', "if model in ['deepseek-reasoner']:")
    assert not found(code.replace("    return", "        return").replace("(m, **more)", "(m, model)"), RULE)


@pytest.mark.parametrize("held", ['{"temperature": 0.0}', "settings"])
def test_a_temperature_within_the_settings_of_a_spread_dictionary_is_seen(found: Scan, held: str) -> None:
    code = f"""
    import boto3

    class Chat:
        def __init__(self):
            self.client = boto3.client("bedrock-runtime")

        def ask(self, messages, model):
            settings = {{"temperature": 0.0}}
            asked = {{"modelId": model, "messages": messages, "inferenceConfig": {held}}}
            return self.client.converse(**asked)
    """
    assert not found(code, "sampling-not-pinned")
