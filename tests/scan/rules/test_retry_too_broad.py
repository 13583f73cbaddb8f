"""Errors that no repetition can mend are repeated."""

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


@pytest.mark.parametrize(
    "decorator",
    [
        "tenacity.retry(stop=tenacity.stop_after_attempt(3))",
        "tenacity.retry(stop=STOP, retry=tenacity.retry_if_exception_type(Exception))",
        "backoff.on_exception(backoff.expo, Exception, max_tries=3)",
        "stamina.retry(on=Exception)",
    ],
)
def test_a_retry_after_any_error_is_found(found: Scan, decorator: str) -> None:
    code = f"""
import backoff, stamina, tenacity

@{decorator}
def ask(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages)
"""
    (finding,) = found(OPENAI + code, "retry-too-broad")
    assert (finding.place.line, finding.subject, finding.tier) == (8, "ask", Tier.PROVED)


def test_a_loop_of_attempts_after_any_error_is_found(found: Scan) -> None:
    code = """
import time

def ask(messages):
    for attempt in range(5):
        try:
            return client.chat.completions.create(model="gpt-5", messages=messages)
        except Exception as error:
            print(f"attempt {attempt} failed: {error}")
            time.sleep(2**attempt)
    raise Unavailable()
"""
    (finding,) = found(OPENAI + code, "retry-too-broad")
    assert finding.place.line == 12


def test_chosen_errors_are_not(found: Scan) -> None:
    code = """
import openai, tenacity, time

@tenacity.retry(retry=tenacity.retry_if_exception_type(openai.RateLimitError), stop=STOP)
def ask(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages)

def by_status(messages):
    for attempt in range(5):
        try:
            return client.chat.completions.create(model="gpt-5", messages=messages)
        except Exception as error:
            if getattr(error, "status_code", 0) < 500 and not isinstance(error, openai.RateLimitError):
                raise
            time.sleep(1)

def by_kind(messages):
    for attempt in range(5):
        try:
            return client.chat.completions.create(model="gpt-5", messages=messages)
        except openai.AuthenticationError:
            raise
        except Exception:
            time.sleep(1)

@tenacity.retry(stop=tenacity.stop_after_attempt(3))
def read_file(path):
    return path.read_text()

def each(tasks):
    for task in tasks:
        try:
            client.responses.create(model="gpt-5", input=task)
        except Exception:
            failed.append(task)
"""
    assert not found(OPENAI + code, "retry-too-broad")
