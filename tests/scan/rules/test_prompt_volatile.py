"""Prompts that are never the same twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity

Scan = Callable[..., list[Finding]]
HEAD = "import random, time, uuid\nfrom datetime import date, datetime\n\n"


@pytest.mark.parametrize(
    "hole",
    [
        "datetime.now()",
        "datetime.utcnow().isoformat()",
        "time.time()",
        "uuid.uuid4()",
        "random.choice(moods)",
        "datetime.now().strftime('%Y-%m-%d %H:%M')",
        "datetime.now():%H:%M",
    ],
)
def test_time_and_chance_in_a_system_prompt_are_found(found: Scan, hole: str) -> None:
    code = f'def ask(moods):\n    system_prompt = f"You are the desk of a shop. {{{hole}}}"\n'
    (finding,) = found(HEAD + code, "prompt-volatile")
    assert (finding.place.line, finding.severity) == (5, Severity.LOW)


def test_a_clock_behind_a_name_is_followed(found: Scan) -> None:
    code = (
        "def ask():\n    now = datetime.now().isoformat()\n"
        '    system_prompt = f"You are the desk of a shop. It is {now}."\n    return system_prompt\n'
    )
    assert len(found(HEAD + code, "prompt-volatile")) == 1


def test_a_clock_given_to_format_is_found(found: Scan) -> None:
    code = (
        'SYSTEM_PROMPT = "You are the desk of a shop. It is {now} here."\n\n'
        "def ask():\n    return SYSTEM_PROMPT.format(now=datetime.now())\n"
    )
    (finding,) = found(HEAD + code, "prompt-volatile")
    assert finding.place.line == 7


def test_a_clock_given_to_a_prompt_of_elsewhere_is_found(found: Scan) -> None:
    code = (
        "def ask(runtime):\n    return runtime.context.system_prompt.format(now=datetime.now().isoformat())\n"
    )
    (finding,) = found(HEAD + code, "prompt-volatile")
    assert finding.subject == "ask.system_prompt"


def test_a_date_that_is_read_at_import_is_worse(found: Scan) -> None:
    code = "SYSTEM_PROMPT = f\"You are the desk of a shop. Today is {datetime.now().strftime('%B %d')}.\"\n"
    (finding,) = found(HEAD + code, "prompt-volatile")
    assert finding.severity is Severity.MEDIUM
    assert "imported" in finding.message


@pytest.mark.parametrize("hole", ["date.today()", "datetime.now():%Y-%m-%d", "datetime.now().date()", "who"])
def test_the_date_alone_in_a_prompt_of_each_call_is_not(found: Scan, hole: str) -> None:
    code = f'def ask(who):\n    system_prompt = f"You are the desk of a shop. {{{hole}}}"\n'
    assert not found(HEAD + code, "prompt-volatile")


def test_a_clock_in_the_users_message_is_not(found: Scan) -> None:
    code = 'def ask(question):\n    user_prompt = f"You are asked at {datetime.now()}: {question}"\n'
    assert not found(HEAD + code, "prompt-volatile")
