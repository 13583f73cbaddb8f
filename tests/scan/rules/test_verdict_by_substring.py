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


def test_a_dictionary_of_a_wrapper_that_is_asked_for_a_key_is_no_text(found: Scan) -> None:
    code = """
def parsed(llm_response: dict[str, str] | str):
    if "output" in llm_response:
        return llm_response["output"]
    return llm_response

def read(llm_response):
    if isinstance(llm_response, dict) and "output" in llm_response:
        return llm_response["output"]
    return llm_response
"""
    assert not found(code, "verdict-by-substring")


def test_a_judge_of_its_own_that_looks_for_a_word_is_found_where_it_looks(found: Scan) -> None:
    code = """
from anthropic import Anthropic

client = Anthropic()

def is_right(verdict):
    if "correct" in verdict.lower():
        return True
    return False

def judge(question):
    reply = client.messages.create(model="claude-sonnet-4-5", max_tokens=100, messages=question)
    return is_right(reply.content[0].text)
"""
    (finding,) = found(code, "verdict-by-substring")
    assert finding.place.line == 7


BRANCH = """
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import RunnableBranch

branch = RunnableBranch((lambda said: {test}, good), bad)
"""


@pytest.mark.parametrize(
    "test", ["'positive' in said", "'positive' in said.lower()", "'refund' in said['topic'].lower()"]
)
def test_a_branch_of_a_chain_taken_by_a_word_in_the_answer_is_found(found: Scan, test: str) -> None:
    (finding,) = found(BRANCH.format(test=test), "verdict-by-substring")
    assert (finding.place.line, finding.tier) == (5, Tier.INFERRED)


@pytest.mark.parametrize("test", ["said == 'positive'", "said['kind'] == 'refund'", "len(said) > 3"])
def test_a_branch_taken_by_a_whole_value_is_none(found: Scan, test: str) -> None:
    assert not found(BRANCH.format(test=test), "verdict-by-substring")


def test_a_branch_that_looks_for_a_key_is_none(found: Scan) -> None:
    code = """
    from langchain_core.runnables import RunnableBranch

    branch = RunnableBranch((lambda given: "history" in given, with_history), plain)
    """
    assert not found(code, "verdict-by-substring")


@pytest.mark.parametrize(
    ("use", "count"),
    [("text.upper()", 1), ("text[0]", 1), ("text.get('flight')", 0), ("text['flight']", 0)],
)
def test_a_key_of_a_table_is_no_word_of_a_text(use: str, count: int, found: Scan) -> None:
    code = f"""
from openai import OpenAI

client = OpenAI()


def shown(messages):
    text = client.responses.create(model="gpt-5", input=messages).output_text
    if "approved" in text:
        return {use}
    return ""
"""
    assert len(found(code, "verdict-by-substring")) == count
