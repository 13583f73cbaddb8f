"""Prompts that change without a commit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Persona, Severity, Tier

Scan = Callable[..., list[Finding]]
CALL = """
import os, requests
from openai import OpenAI

client = OpenAI()

def ask(question):
    system = {source}
    messages = [{{"role": "system", "content": system}}, {{"role": "user", "content": question}}]
    return client.chat.completions.create(model="gpt-5", messages=messages)
"""


@pytest.mark.parametrize(
    "source",
    ["os.environ['SYSTEM_PROMPT']", "os.getenv('P', 'x')", "requests.get('https://a.b/p').text.strip()"],
)
def test_a_prompt_from_outside_the_repository_is_found(found: Scan, source: str) -> None:
    (finding,) = found(CALL.format(source=source), "prompt-unversioned")
    assert (finding.place.line, finding.tier, finding.severity) == (9, Tier.PROVED, Severity.LOW)
    assert finding.subject == "ask"


@pytest.mark.parametrize(
    "source", ["open('prompts/system.txt').read()", "'You are a desk.'", "build(question)"]
)
def test_a_prompt_of_the_repository_is_not(found: Scan, source: str) -> None:
    assert not found(CALL.format(source=source), "prompt-unversioned")


def test_many_prompts_without_a_lock_are_a_word_for_the_curious(found: Scan) -> None:
    code = (
        CALL.format(source="'You are the desk of a shop.'")
        + "\nSYSTEM_PROMPT = 'You are another desk, of lamps.'\n"
    )
    (finding,) = found(code, "prompt-unversioned")
    assert (finding.persona, finding.severity) == (Persona.PEDANTIC, Severity.INFO)
    assert not found({"agent.py": code, "agentprobe.lock": "format = 1\n"}, "prompt-unversioned")


def test_a_test_may_do_so(found: Scan) -> None:
    assert not found({"tests/test_a.py": CALL.format(source="os.environ['P']")}, "prompt-unversioned")
