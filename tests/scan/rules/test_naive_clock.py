"""A time without its zone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from datetime import UTC, datetime

from langchain_core.tools import tool
"""


def test_a_time_that_a_tool_tells_is_found(found: Scan) -> None:
    code = """
@tool
def now() -> str:
    return datetime.now().isoformat()
"""
    (finding,) = found(HEAD + code, "naive-clock")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "a tool tells it" in finding.message


def test_a_time_in_a_message_is_found(found: Scan) -> None:
    code = """
def ask(text):
    return [{"role": "user", "content": f"It is {datetime.now()}. {text}"}]
"""
    (finding,) = found(HEAD + code, "naive-clock")
    assert (finding.place.line, finding.tier) == (7, Tier.PROVED)
    assert "a message" in finding.message


def test_the_seconds_of_utcnow_are_wrong(found: Scan) -> None:
    code = """
def good_until():
    return datetime.utcnow().timestamp() + 3600
"""
    (finding,) = found(HEAD + code, "naive-clock")
    assert (finding.place.line, finding.tier) == (7, Tier.PROVED)
    assert "off by" in finding.message


def test_a_zone_is_right(found: Scan) -> None:
    code = """
@tool
def now() -> str:
    return datetime.now(UTC).isoformat()
"""
    assert not found(HEAD + code, "naive-clock")


def test_a_log_hurts_nobody(found: Scan) -> None:
    code = """
@tool
def find(name: str) -> str:
    print(f"{datetime.now()} {name}")
    return name
"""
    assert not found(HEAD + code, "naive-clock")


def test_a_span_of_one_clock_is_right(found: Scan) -> None:
    code = """
def timed(work):
    start = datetime.now()
    work()
    return (datetime.now() - start).seconds
"""
    assert not found(HEAD + code, "naive-clock")


def test_the_fix_says_the_zone(found: Scan) -> None:
    code = (
        HEAD
        + """
@tool
def now() -> str:
    return datetime.now().isoformat()
"""
    )
    (finding,) = found(code, "naive-clock")
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = code.encode()
    mended = raw[: edit.start] + edit.text.encode() + raw[edit.end :]
    assert b"datetime.now().astimezone().isoformat()" in mended
    assert not found(mended.decode(), "naive-clock")


def test_a_clock_in_a_system_prompt_is_found_once(found: Scan) -> None:
    code = """
    from datetime import datetime
    from openai import OpenAI

    client = OpenAI(timeout=30)

    def ask(question):
        system_prompt = f"You are a desk. It is {datetime.now()}."
        messages = [{"role": "system", "content": system_prompt}, {"role": "user", "content": question}]
        return client.chat.completions.create(model="gpt-5", messages=messages)
    """
    (finding,) = found(code, "naive-clock", "prompt-volatile")
    assert finding.code == "PRM003"
    assert "zone" in finding.consequence


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("now = datetime.now()\n    prompt = f'It is {now}. {text}'\n    return prompt", "a prompt"),
        ("return PROMPT.format(time=datetime.now().isoformat())", "a prompt"),
        ("return LINE.format(time=datetime.now().isoformat())", ""),
        ("now = datetime.now()\n    print(now)", ""),
        ("now = datetime.now()\n    prompt = f'It took {datetime.now() - now}'\n    return prompt", ""),
        ("now = datetime.now(UTC)\n    prompt = f'It is {now}. {text}'\n    return prompt", ""),
        (
            "now = datetime.now()\n    now = zoned(now)\n    prompt = f'{now}'\n    return prompt",
            "",
        ),
    ],
)
def test_a_time_is_followed_through_one_name(lines: str, told: str, found: Scan) -> None:
    findings = found(HEAD + f"\n\ndef ask(text):\n    {lines}\n", "naive-clock")
    assert [told in one.message for one in findings] == ([True] if told else [])
