"""A loop that goes on however much fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
OPENAI = """
from openai import OpenAI

client = OpenAI()
"""


def test_a_loop_that_only_prints_is_found(found: Scan) -> None:
    code = """
def work(tasks):
    for task in tasks:
        try:
            results.append(client.responses.create(model="gpt-5", input=task))
        except Exception as error:
            print("failed", error)
"""
    (finding,) = found(OPENAI + code, "no-failure-budget")
    assert (finding.place.line, finding.tier, finding.subject) == (10, Tier.PROVED, "work")


def test_a_function_that_asks_is_followed(found: Scan) -> None:
    code = """
def ask(task):
    return client.responses.create(model="gpt-5", input=task).output_text

def work(tasks):
    while tasks:
        try:
            ask(tasks.pop())
        except Exception:
            logger.exception("failed")
            continue
"""
    (finding,) = found(OPENAI + code, "no-failure-budget")
    assert (finding.place.line, finding.tier) == (13, Tier.INFERRED)


@pytest.mark.parametrize(
    "handler",
    [
        "failures += 1",
        "failed.append(task)",
        "results.append({'task': task, 'error': str(error)})",
        "raise",
        "break",
    ],
)
def test_failures_that_are_counted_kept_or_end_the_loop_are_not(found: Scan, handler: str) -> None:
    code = f"""
def work(tasks):
    for task in tasks:
        try:
            results.append(client.responses.create(model="gpt-5", input=task))
        except Exception as error:
            {handler}
"""
    assert not found(OPENAI + code, "no-failure-budget")


def test_attempts_that_raise_at_the_end_and_talks_with_a_person_are_not(found: Scan) -> None:
    code = """
def ask(task):
    for attempt in range(3):
        try:
            return client.responses.create(model="gpt-5", input=task)
        except Exception:
            print("again")
    raise Unavailable()

def talk():
    while True:
        line = input("> ")
        try:
            print(client.responses.create(model="gpt-5", input=line).output_text)
        except Exception as error:
            print(error)
"""
    assert not found(OPENAI + code, "no-failure-budget")
