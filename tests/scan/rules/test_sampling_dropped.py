"""A temperature that does not arrive at the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "sampling-dropped"
HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n\n"
GOOD = "client.chat.completions.create(model='gpt-4.1', messages=m, temperature=temperature)"
LOST = "client.chat.completions.create(model='gpt-4.1', messages=m)"


def ask(body: str) -> str:
    return f"{HEAD}def ask(m, temperature=0.0, stream=False, model='gpt-4.1'):\n    {body}\n"


def test_one_path_that_loses_it_is_found(found: Scan, tmp_path: Path) -> None:
    (finding,) = found(ask(f"if stream:\n        return {LOST}\n    return {GOOD}"), RULE)
    assert finding.place.line == 7
    assert "on this path" in finding.message
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / edit.path).read_bytes()
    mended = (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()
    assert not found(mended, RULE)


def test_a_temperature_that_is_never_used_is_found(found: Scan) -> None:
    (finding,) = found(ask(f"return {LOST}"), RULE)
    assert "at all" in finding.message
    assert finding.subject == "ask temperature"


@pytest.mark.parametrize(
    "body",
    [
        f"return {GOOD}",
        f"if model.startswith('o3'):\n        return {LOST}\n    return {GOOD}",
        f"if supports_temperature(model):\n        return {GOOD}\n    return {LOST}",
        (
            "params = {'temperature': temperature}\n"
            "    return client.chat.completions.create(model='gpt-4.1', messages=m, **params)"
        ),
        "client.temperature = temperature\n    return " + LOST,
        "return client.chat.completions.create(model='gpt-4.1', messages=m, temperature=0)",
        "return client.chat.completions.create(model='o3', messages=m)",
        "raise NotImplementedError",
        f"log(locals())\n    return {LOST}",
        (
            f"draft = {GOOD}\n"
            f"    return client.chat.completions.create(model='gpt-4.1', messages=draft, temperature=0)"
        ),
    ],
)
def test_paths_that_keep_it_or_have_a_reason_are_not(found: Scan, body: str) -> None:
    assert not found(ask(body), RULE)


def test_functions_that_take_none_are_not(found: Scan) -> None:
    assert not found(f"{HEAD}def ask(m):\n    return {LOST}\n", RULE)


AGENT = """
from openai import OpenAI

class Agent:
    def __init__(self, temperature=0.7):
        self.client = OpenAI(timeout=30)
        {kept}

    def ask(self, messages):
        return self.client.chat.completions.create(model="gpt-4.1", messages=messages{given})
"""


def test_a_temperature_that_a_constructor_takes_and_no_call_is_given_is_found(found: Scan) -> None:
    (finding,) = found(AGENT.format(kept="pass", given=""), "sampling-dropped")
    assert (finding.place.line, finding.fix) == (10, None)
    assert finding.message.startswith("Agent() takes temperature")


@pytest.mark.parametrize(
    ("kept", "given"),
    [
        ("self.temperature = temperature", ", temperature=self.temperature"),
        ("self.settings = {'temperature': temperature}", ", **self.settings"),
        ("pass", ", temperature=0"),
    ],
)
def test_a_temperature_that_is_kept_or_set_at_the_call_is_not(found: Scan, kept: str, given: str) -> None:
    assert not found(AGENT.format(kept=kept, given=given), "sampling-dropped")
