"""Loops in which an answer may be as long as it likes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity

Scan = Callable[..., list[Finding]]
CODE = """
from openai import OpenAI

client = OpenAI()

def label(texts):
    for text in texts:
        yield client.chat.completions.create(model="gpt-4o", messages=[text]{more})
"""


def test_a_loop_without_a_cap_is_told_with_its_price(found: Scan) -> None:
    (finding,) = found(CODE.format(more=""), "no-output-cap")
    assert (finding.place.line, finding.severity) == (8, Severity.INFO)
    assert "16,384 tokens ($" in finding.consequence


@pytest.mark.parametrize("more", [", max_tokens=9", ", max_completion_tokens=9", ", **options"])
def test_caps_and_what_cannot_be_seen_are_not(found: Scan, more: str) -> None:
    assert not found(CODE.format(more=more), "no-output-cap")


def test_a_single_call_and_a_chat_with_a_person_are_not(found: Scan) -> None:
    single = "from openai import OpenAI\nOpenAI().chat.completions.create(model='gpt-4o', messages=[])\n"
    chat = CODE.format(more="").replace("for text in texts:", "while text := input():")
    assert not found(single, "no-output-cap")
    assert not found(chat, "no-output-cap")


def test_a_stream_that_a_loop_goes_through_is_asked_for_once(found: Scan) -> None:
    code = """
    from openai import OpenAI

    client = OpenAI(timeout=30)

    def tell(messages):
        for chunk in client.chat.completions.create(model="gpt-4.1", messages=messages, stream=True):
            print(chunk)
    """
    assert not found(code, "no-output-cap", "no-spend-limit")
