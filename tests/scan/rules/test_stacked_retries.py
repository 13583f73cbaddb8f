"""Retries within retries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "stacked-retries"


def code(
    client: str = "OpenAI(timeout=10)", retry: str = "stop=stop_after_attempt(5)", loop: str = ""
) -> str:
    return f"""
from openai import OpenAI
from tenacity import retry, retry_if_exception_type, stop_after_attempt

client = {client}

@retry({retry})
def ask(m):
    return client.chat.completions.create(model="gpt-4.1", messages=m)

def answer(m):
    {loop or "return ask(m)"}
"""


def test_a_decorator_around_a_client_that_retries_is_found(found: Scan) -> None:
    (finding,) = found(code(), RULE)
    assert finding.message == "completions.create() is tried up to 15 times: 3 (openai) × 5 (tenacity.retry)"
    assert "150 s" in finding.consequence or "2.5 min" in finding.consequence
    assert [place.line for place in finding.related] == [7]


def test_a_loop_of_a_caller_multiplies(found: Scan) -> None:
    loop = (
        "for _ in range(4):\n        try:\n            return ask(m)\n        except Exception:\n"
        "            pass"
    )
    (finding,) = found(code("OpenAI(max_retries=0)", loop=loop), RULE)
    assert "20 times" in finding.message


@pytest.mark.parametrize(
    "given",
    [
        code("OpenAI(max_retries=0)"),
        code(retry="stop=stop_after_attempt(3)"),
        code(retry="stop=stop_after_attempt(9), retry=retry_if_exception_type(ValueError)"),
        code("OpenAI(max_retries=0)", loop="for one in m:\n        ask(one)"),
        code(
            "OpenAI(max_retries=0)",
            loop=(
                "for _ in range(9):\n        try:\n            return parsed(ask(m))\n"
                "        except ValueError:\n            pass"
            ),
        ),
    ],
)
def test_one_layer_few_attempts_and_other_errors_are_not(found: Scan, given: str) -> None:
    assert not found(given, RULE)
