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


COUNTED = """
from openai import OpenAI

client = OpenAI(timeout=30)

def ask(messages):
    attempts = 0
    while attempts < 3:
        try:
            return client.chat.completions.create(model="gpt-5", messages=messages)
        except Exception as error:
            attempts += 1
            if "context_length" in str(error):
                {then}
            continue
    raise RuntimeError("no answer")
"""


def test_a_handler_that_looks_at_the_error_and_goes_on_whatever_it_is_is_found(found: Scan) -> None:
    (finding,) = found(COUNTED.format(then="messages = messages[1:]"), "retry-too-broad")
    assert finding.place.line == 11


def test_a_handler_that_leaves_for_some_errors_chooses(found: Scan) -> None:
    assert not found(COUNTED.format(then="raise"), "retry-too-broad")


MIDDLEWARE = """
import time


class Again:
    def {name}(self, request, handler):
        for attempt in range(3):
            try:
                return handler(request)
            except {caught} as error:
                last = error
                {then}
        raise last
"""


@pytest.mark.parametrize(
    ("name", "caught", "then", "count"),
    [
        ("wrap_model_call", "Exception", "time.sleep(attempt)", 1),
        ("wrap_model_call", "TimeoutError", "time.sleep(attempt)", 0),
        ("wrap_model_call", "Exception", "if not passes(error): raise", 0),
        ("wrap_tool_call", "Exception", "time.sleep(attempt)", 0),
    ],
)
def test_a_middleware_asks_the_model_by_its_handler(
    name: str, caught: str, then: str, count: int, found: Scan
) -> None:
    findings = found(MIDDLEWARE.format(name=name, caught=caught, then=then), "retry-too-broad")
    assert [one.place.line for one in findings] == [10] * count


@pytest.mark.parametrize(
    ("given", "count"), [("", 1), ("stop_after_attempt=4", 1), ("retry_if_exception_type=(TimeoutError,)", 0)]
)
def test_a_runnable_is_asked_again(given: str, count: int, found: Scan) -> None:
    source = f"""
from langchain_openai import ChatOpenAI

model = ChatOpenAI(model="gpt-4.1").with_retry({given})


def ask(text):
    return model.invoke(text)
"""
    assert len(found(source, "retry-too-broad")) == count


@pytest.mark.parametrize(("waits", "count"), [("", 1), ("retry=retry_if_exception_type(TimeoutError), ", 0)])
def test_a_function_that_reaches_a_model_in_another_file_is_repeated(
    waits: str, count: int, found: Scan
) -> None:
    files = {
        "asks.py": "from openai import OpenAI\n\n\ndef ask(m):\n"
        "    return OpenAI().chat.completions.create(model='gpt-4.1', messages=m)\n",
        "plans.py": "from tenacity import retry, retry_if_exception_type, stop_after_attempt\n\n"
        "from asks import ask\n\n\n"
        f"@retry({waits}stop=stop_after_attempt(6))\ndef plan(m):\n    return ask(m)\n",
    }
    assert [one.place.path for one in found(files, "retry-too-broad")] == ["plans.py"] * count


JOINED = """
import openai
from openai import OpenAI
from tenacity import retry, retry_if_exception_type, retry_if_not_exception_type, stop_after_attempt

client = OpenAI(timeout=30)

@retry(retry={given}, stop=stop_after_attempt(3))
def ask(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages)
"""


@pytest.mark.parametrize(
    "given",
    [
        "retry_if_exception_type(openai.APIError)",
        "retry_if_exception_type(openai.APIError) & retry_if_not_exception_type(openai.RateLimitError)",
    ],
)
def test_the_root_of_all_errors_of_a_library_is_as_broad_as_any(found: Scan, given: str) -> None:
    assert found(JOINED.format(given=given), "retry-too-broad")


@pytest.mark.parametrize(
    "given",
    [
        "retry_if_exception_type(openai.APIConnectionError)",
        "retry_if_exception_type(openai.APIError) & retry_if_not_exception_type(openai.BadRequestError)",
        "retry_if_exception_type(openai.APIError) & retry_if_exception(is_passing)",
    ],
)
def test_passing_errors_and_an_exception_for_those_that_stay_are_not(found: Scan, given: str) -> None:
    assert not found(JOINED.format(given=given), "retry-too-broad")
