"""Agents that may spend without end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Persona, Tier

Scan = Callable[..., list[Finding]]
RULE = "no-spend-limit"
LOOP = """
from openai import OpenAI

client = OpenAI()

def work(messages{}):
    while not done(messages):
        answer = client.chat.completions.create(model="gpt-4.1", messages=messages)
        messages.append(answer)
        {}
"""


def test_a_loop_without_a_budget_is_a_hint_once_a_project(found: Scan) -> None:
    (finding,) = found({"a.py": LOOP.format("", ""), "b.py": LOOP.format("", "")}, RULE)
    assert (finding.tier, finding.persona) == (Tier.HINT, Persona.PEDANTIC)


@pytest.mark.parametrize(
    "given",
    [
        {"a.py": LOOP.format(", token_budget=9", "token_budget -= answer.usage.total_tokens")},
        {
            "a.py": LOOP.format("", ""),
            "b.py": (
                "from claude_agent_sdk import ClaudeAgentOptions\n\n"
                "o = ClaudeAgentOptions(max_budget_usd=2)\n"
            ),
        },
        {
            "a.py": (
                "from openai import OpenAI\n\ndef ask(m):\n"
                "    return OpenAI().chat.completions.create(model='x', messages=m)\n"
            )
        },
        {"tests/test_a.py": LOOP.format("", "")},
        {"a.py": "print(1)\n"},
    ],
)
def test_budgets_single_calls_and_tests_are_not(found: Scan, given: dict[str, str]) -> None:
    assert not found(given, RULE)
