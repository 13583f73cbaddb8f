"""What happens when the steps are used up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity

Scan = Callable[..., list[Finding]]
OPENAI = """
from openai import OpenAI

client = OpenAI()
"""

LOOP = """
def run(messages):
    for step in range(10):
        reply = client.chat.completions.create(model="gpt-5", messages=messages).choices[0].message
        messages.append(reply)
        if not reply.tool_calls:
            return reply.content
        messages += perform(reply.tool_calls)
"""


@pytest.mark.parametrize("after", ["", "    return messages", "    return reply.content"])
def test_a_limit_that_looks_like_the_usual_end_is_found(found: Scan, after: str) -> None:
    (finding,) = found(OPENAI + LOOP + after, "limit-without-handoff")
    assert (finding.place.line, finding.severity, finding.subject) == (7, Severity.LOW, "run")


@pytest.mark.parametrize(
    "after",
    [
        "    raise TooManySteps()",
        "    return 'The limit of steps was reached.'",
        "    logger.warning('not done after 10 steps')",
        "    return Result(done=False)",
        "    return client.chat.completions.create(model='gpt-5', messages=messages)",
    ],
)
def test_a_limit_that_is_told_is_not(found: Scan, after: str) -> None:
    assert not found(OPENAI + LOOP + after, "limit-without-handoff")


def test_attempts_and_lists_are_no_steps(found: Scan) -> None:
    code = """
def attempts(messages):
    for attempt in range(3):
        try:
            return client.chat.completions.create(model="gpt-5", messages=messages)
        except TimeoutError:
            continue

def each(texts):
    for at in range(len(texts)):
        client.responses.create(model="gpt-5", input=texts[at])
"""
    assert not found(OPENAI + code, "limit-without-handoff")
