"""A model that may call writing tools several at a time."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import requests
from openai import OpenAI

client = OpenAI()

def send_invoice(customer):
    requests.post("https://billing.example/invoices", json={"customer": customer})

TOOLS = [{"type": "function", "function": {"name": "send_invoice", "parameters": {"type": "object"}}}]
"""


def test_writing_tools_are_found(found: Scan) -> None:
    code = """
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS)
"""
    (finding,) = found(HEAD + code, "parallel-tool-calls-on")
    assert (finding.place.line, finding.tier) == (12, Tier.PROVED)
    assert "send_invoice" in finding.message


def test_it_may_be_switched_off(found: Scan) -> None:
    code = """
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS, parallel_tool_calls=False)
"""
    assert not found(HEAD + code, "parallel-tool-calls-on")


def test_it_may_be_switched_off_in_a_dictionary(found: Scan) -> None:
    code = """
given = {"parallel_tool_calls": False, "temperature": 0}
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS, **given)
"""
    assert not found(HEAD + code, "parallel-tool-calls-on")


def test_what_is_spread_and_not_known_is_not_guessed(found: Scan) -> None:
    code = """
def ask(**given):
    return client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS, **given)
"""
    assert not found(HEAD + code, "parallel-tool-calls-on")


def test_a_forced_tool_is_one_call(found: Scan) -> None:
    code = """
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS, tool_choice={"type": "a"})
"""
    assert not found(HEAD + code, "parallel-tool-calls-on")


def test_the_fix_switches_it_off(found: Scan) -> None:
    code = (
        HEAD
        + """
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS)
"""
    )
    (finding,) = found(code, "parallel-tool-calls-on")
    assert finding.fix is not None
    assert finding.fix.safe
    (edit,) = finding.fix.edits
    raw = code.encode()
    mended = raw[: edit.start] + edit.text.encode() + raw[edit.end :]
    assert b"parallel_tool_calls=False" in mended
    assert not found(mended.decode(), "parallel-tool-calls-on")
