"""Retries at a rising temperature."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "retry-heats-up"


def loop(
    temperature: str,
    head: str = "for attempt in range(3)",
    end: str = "continue",
    leave: str = "return parsed(answer)",
) -> str:
    return f"""
def ask(m, temperature=0.0):
    {head}:
        try:
            answer = complete(m, temperature={temperature})
            {leave}
        except ValueError:
            {end}
"""


@pytest.mark.parametrize(
    ("temperature", "head"),
    [
        ("0.2 * attempt", "for attempt in range(3)"),
        ("min(1.0, 0.1 + attempt * 0.3)", "for attempt in range(3)"),
        ("0 if attempt == 0 else 0.7", "for attempt in range(3)"),
        ("heat", "for heat in (0, 0.4, 0.8)"),
    ],
)
def test_a_temperature_that_grows_with_the_attempt_is_found(found: Scan, temperature: str, head: str) -> None:
    (finding,) = found(loop(temperature, head), RULE)
    assert (finding.place.line, finding.subject) == (5, "ask")


def test_a_temperature_that_is_raised_in_the_handler_is_found(found: Scan) -> None:
    (finding,) = found(loop("temperature", "while True", "temperature += 0.2"), RULE)
    assert finding.place.line == 8


@pytest.mark.parametrize(
    "code",
    [
        loop("0"),
        loop("temperature"),
        loop("heat", "for heat in (0, 0.4, 0.8)", "pass", "results.append(answer)"),
        loop("heat", "for heat in (0.8, 0.4, 0)"),
        loop("0.7 if attempt == 0 else 0"),
        "def warm(room):\n    for hour in range(9):\n        room.temperature += 1\n",
    ],
)
def test_equal_falling_and_gathered_temperatures_are_not(found: Scan, code: str) -> None:
    assert not found(code, RULE)


WHILE = """
def ask(prompt):
    tries = 0
    while tries < 6:
        text = complete(prompt, temperature={temperature})
        {then}
        tries += 1
"""


def test_a_counted_while_that_raises_the_temperature_until_an_answer_fits_is_found(found: Scan) -> None:
    code = WHILE.format(temperature="tries * 0.2", then="if len(text) > 5: return text")
    (finding,) = found(code, "retry-heats-up")
    assert finding.place.line == 5


@pytest.mark.parametrize(
    ("temperature", "then"),
    [("0.2", "if len(text) > 5: return text"), ("tries * 0.2", "answers.append(text)")],
)
def test_a_steady_temperature_and_a_search_in_a_while_are_none(
    found: Scan, temperature: str, then: str
) -> None:
    assert not found(WHILE.format(temperature=temperature, then=then), "retry-heats-up")
