"""A decision that hangs on a word in an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]
OPENAI = """
from openai import OpenAI

client = OpenAI()
"""


@pytest.mark.parametrize(
    "test",
    [
        "'yes' in text.lower()",
        "text.lower().startswith('approved')",
        "'FAIL' not in text",
        "re.search(r'\\bPASS\\b', text)",
        "any(word in text for word in ()) or 'valid' in text",
    ],
)
def test_a_word_in_an_answer_that_decides_is_found(found: Scan, test: str) -> None:
    code = f"""
import re

def good(question):
    text = client.responses.create(model="gpt-5", input=question).output_text
    if {test}:
        return 1
    return 0
"""
    (finding,) = found(OPENAI + code, "verdict-by-substring")
    assert (finding.place.line, finding.severity, finding.tier) == (10, Severity.HIGH, Tier.PROVED)


def test_a_judge_of_another_file_is_followed(found: Scan) -> None:
    wrapper = """
def judge(text):
    reply = client.chat.completions.create(model="gpt-5", messages=[text])
    return reply.choices[0].message.content
"""
    code = """
    from shop.judge import judge

    def gate(text):
        return "pass" in judge(text).lower()
    """
    (finding,) = found({"shop/judge.py": OPENAI + wrapper, "shop/gate.py": code}, "verdict-by-substring")
    assert (finding.place.path, finding.place.line, finding.tier) == ("shop/gate.py", 5, Tier.INFERRED)


@pytest.mark.parametrize(
    "test",
    [
        "text.strip().lower() == 'yes'",
        "'```json' in text",
        "'yes' in data",
        "reply.status in ('completed', 'failed')",
        "'yes' in question",
        "'yes' in page.text",
        "'yes' in json.loads(text)",
    ],
)
def test_whole_answers_marks_keys_and_texts_of_others_are_not(found: Scan, test: str) -> None:
    code = f"""
import json, requests

def good(question):
    reply = client.responses.create(model="gpt-5", input=question)
    text = reply.output_text
    data = {{"yes": 1}}
    page = requests.get("https://example.com", timeout=5)
    if {test}:
        return 1
    return 0
"""
    assert not found(OPENAI + code, "verdict-by-substring")


def test_a_word_at_which_a_text_is_cut_is_not(found: Scan) -> None:
    code = """
def body(question):
    text = client.responses.create(model="gpt-5", input=question).output_text
    start = text.find("ANSWER") + 1
    parts = [line for line in text.splitlines() if "note" in line]
    return text[start:], parts
"""
    assert not found(OPENAI + code, "verdict-by-substring")
