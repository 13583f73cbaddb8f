"""Another model answers and nobody records it."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]
OPENAI = """
from openai import OpenAI

client = OpenAI()
"""


def test_a_second_model_without_a_word_is_found(found: Scan) -> None:
    code = """
def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception:
        return client.responses.create(model="gpt-5-nano", input=messages)
"""
    (finding,) = found(OPENAI + code, "silent-fallback")
    assert (finding.place.line, finding.tier, finding.severity) == (9, Tier.PROVED, Severity.MEDIUM)


def test_a_fallback_that_is_logged_is_not(found: Scan) -> None:
    code = """
def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception:
        logger.warning("the small model answers", exc_info=True)
        return client.chat.completions.create(model="gpt-5-nano", messages=messages)
"""
    assert not found(OPENAI + code, "silent-fallback")


def test_a_narrow_handler_that_shortens_and_asks_again_is_not(found: Scan) -> None:
    code = """
def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except ContextTooLong:
        return client.chat.completions.create(model="gpt-5", messages=messages[-5:])
"""
    assert not found(OPENAI + code, "silent-fallback")
