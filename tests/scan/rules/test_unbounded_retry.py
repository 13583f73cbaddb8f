"""What fails is tried again for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]
OPENAI = """
from openai import OpenAI

client = OpenAI()
"""


def test_tenacity_without_a_stop_is_found_and_stopped(found: Scan, fixed: Callable[..., str]) -> None:
    code = """
from tenacity import retry, wait_fixed

@retry(wait=wait_fixed(2))
def ask(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages)

@retry
def again(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages)
"""
    first, second = found(OPENAI + code, "unbounded-retry")
    assert (first.place.line, first.severity, first.tier) == (8, Severity.HIGH, Tier.PROVED)
    after = fixed(OPENAI + code, first)
    assert "from tenacity import retry, wait_fixed, stop_after_attempt" in after
    assert "@retry(wait=wait_fixed(2), stop=stop_after_attempt(3))" in after
    assert [one.place.line for one in found(after, "unbounded-retry")] == [second.place.line]
    assert "@retry(stop=stop_after_attempt(3))" in fixed(OPENAI + code, second)


def test_backoff_without_a_limit_is_found(found: Scan, fixed: Callable[..., str]) -> None:
    code = """
import backoff, openai

@backoff.on_exception(backoff.expo, openai.RateLimitError)
def ask(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages)
"""
    (finding,) = found(OPENAI + code, "unbounded-retry")
    assert not found(fixed(OPENAI + code, finding), "unbounded-retry")


def test_a_loop_that_only_success_leaves_is_found(found: Scan) -> None:
    code = """
import time

def ask(messages):
    while True:
        try:
            return client.chat.completions.create(model="gpt-5", messages=messages)
        except Exception:
            time.sleep(5)
"""
    (finding,) = found(OPENAI + code, "unbounded-retry")
    assert (finding.place.line, finding.subject) == (9, "ask")


def test_a_call_of_itself_in_its_handler_is_found(found: Scan) -> None:
    code = """
def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception:
        return ask(messages)
"""
    (finding,) = found(OPENAI + code, "unbounded-retry")
    assert finding.place.line == 10


def test_a_job_that_always_goes_back_is_found(found: Scan) -> None:
    code = """
def worker(jobs):
    while True:
        job = jobs.get()
        try:
            perform(job)
        except Exception:
            jobs.put(job)
"""
    (finding,) = found(code, "unbounded-retry")
    assert finding.place.line == 8


@pytest.mark.parametrize(
    "loop",
    [
        "tries += 1\n            if tries > 3:\n                raise",
        "if time.monotonic() > deadline:\n                raise",
        "budget.spend(1)",
    ],
)
def test_a_count_a_deadline_or_a_budget_in_the_handler_bounds_it(found: Scan, loop: str) -> None:
    code = f"""
import time

def ask(messages, deadline, tries=0):
    while True:
        try:
            return client.chat.completions.create(model="gpt-5", messages=messages)
        except Exception:
            {loop}
"""
    assert not found(OPENAI + code, "unbounded-retry")


def test_libraries_with_a_limit_and_jobs_that_count_are_not(found: Scan) -> None:
    code = """
import backoff, stamina
from tenacity import Retrying, retry, stop_after_delay

@retry(stop=stop_after_delay(30))
@backoff.on_exception(backoff.expo, Exception, max_time=60)
@stamina.retry(on=Exception)
def ask(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages)

def careful(call):
    retrier = Retrying(stop=stop_after_delay(30))
    return retrier(call)

def worker(jobs):
    while True:
        job = jobs.get()
        try:
            perform(job)
        except Exception:
            jobs.put(job.again(attempts=job.attempts + 1))
"""
    assert not found(OPENAI + code, "unbounded-retry")


FLAG = """
from time import sleep

import openai

def ask(messages):
    keep_trying = True
    while keep_trying:
        try:
            response = openai.ChatCompletion.create(model="gpt-5", messages=messages)
            keep_trying = False
        except Exception as error:
            {then}
            sleep(30)
    return response
"""


def test_a_flag_that_only_success_sets_bounds_nothing(found: Scan) -> None:
    every = found(FLAG.format(then="print(error)"), "unbounded-retry", "unbounded-loop", "no-failure-budget")
    assert [(one.code, one.place.line) for one in every] == [("ERR004", 8)]


def test_a_flag_that_the_handler_sets_too_ends_the_loop(found: Scan) -> None:
    assert not found(FLAG.format(then="keep_trying = False"), "unbounded-retry")
