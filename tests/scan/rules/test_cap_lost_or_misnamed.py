"""Caps that have no effect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "cap-lost-or-misnamed"
HEAD = """
from openai import OpenAI
import ollama

client = OpenAI()

"""


def test_a_parameter_that_is_not_handed_on_is_found(found: Scan) -> None:
    code = """
def ask(messages, max_tokens=100):
    return client.chat.completions.create(model="gpt-4o", messages=messages)
"""
    (finding,) = found(HEAD + code, RULE)
    assert (finding.place.line, "does not hand it to the model" in finding.message) == (9, True)


def test_a_branch_that_leaves_the_cap_out_is_found(found: Scan) -> None:
    code = """
def ask(messages, max_tokens, stream):
    if stream:
        return client.chat.completions.create(model="gpt-4o", messages=messages, stream=True)
    return client.chat.completions.create(model="gpt-4o", messages=messages, max_tokens=max_tokens)
"""
    (finding,) = found(HEAD + code, RULE)
    assert finding.place.line == 10


@pytest.mark.parametrize(
    ("call", "new"),
    [
        ('client.responses.create(model="gpt-4o", input="x", max_tokens=9)', "max_output_tokens=9"),
        (
            'client.chat.completions.create(model="o3-mini", messages=[], max_tokens=9)',
            "max_completion_tokens=9",
        ),
        ('ollama.chat(model="llama3", messages=[], options={"max_tokens": 9})', '"num_predict": 9'),
    ],
)
def test_a_wrong_name_is_found_and_renamed(found: Scan, tmp_path: Path, call: str, new: str) -> None:
    (finding,) = found(HEAD + f"answer = {call}\n", RULE)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / "agent.py").read_bytes()
    mended = (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()
    assert new in mended
    assert not found(mended, RULE)


@pytest.mark.parametrize(
    "code",
    [
        'client.chat.completions.create(model="gpt-4o", messages=[], max_tokens=9)',
        'client.chat.completions.create(model="gpt-4o", messages=[], max_completion_tokens=9)',
        'OpenAI(base_url="http://x").chat.completions.create(model="o3-mini", messages=[], max_tokens=9)',
        'ollama.chat(model="llama3", messages=[], options={"num_predict": 9})',
        "def ask(max_tokens, **more):\n    more['max_tokens'] = max_tokens\n"
        "    return client.chat.completions.create(model='gpt-4o', messages=[], **more)",
    ],
)
def test_right_names_other_servers_and_dictionaries_are_not(found: Scan, code: str) -> None:
    assert not found(f"{HEAD}{code}\n", RULE)


AGENT = """
from openai import OpenAI

class Agent:
    def __init__(self, max_tokens=100):
        self.client = OpenAI(timeout=30)
        {kept}

    def ask(self, messages):
        return self.client.chat.completions.create(model="gpt-4.1", messages=messages{given})
"""


def test_a_cap_that_a_constructor_takes_and_no_call_is_given_is_found(found: Scan) -> None:
    (finding,) = found(AGENT.format(kept="pass", given=""), "cap-lost-or-misnamed")
    assert finding.place.line == 10


@pytest.mark.parametrize(
    ("kept", "given"),
    [("self.most = max_tokens", ", max_tokens=self.most"), ("pass", ", max_tokens=50"), ("pass", ", **rest")],
)
def test_a_cap_that_is_kept_or_set_at_the_call_is_not(found: Scan, kept: str, given: str) -> None:
    assert not found(AGENT.format(kept=kept, given=given), "cap-lost-or-misnamed")
