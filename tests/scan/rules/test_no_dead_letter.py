"""Tasks that fail and are forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]


def worker(handler: str, *, call: str = 'client.responses.create(model="gpt-5", input=task)') -> str:
    return f"""
import redis
from openai import OpenAI

client, queue = OpenAI(), redis.Redis()

def answer(task):
    return client.responses.create(model="gpt-5", input=task)

def work():
    while True:
        _, task = queue.blpop("tasks")
        try:
            {call}
        except Exception as error:
            {handler}
"""


@pytest.mark.parametrize("handler", ["pass", "print(error)", "logger.exception('failed')", "continue"])
def test_a_task_that_fails_and_is_only_logged_is_found(found: Scan, handler: str) -> None:
    (finding,) = found(worker(handler), "no-dead-letter")
    assert (finding.place.line, finding.subject) == (15, "work")
    assert finding.related[0].line == 12


def test_the_model_may_be_asked_by_another_function(found: Scan) -> None:
    assert found(worker("pass", call="answer(task)"), "no-dead-letter")


@pytest.mark.parametrize(
    "handler", ["raise", "queue.rpush('tasks:dead', task)", "message.nack()", "save_failed(task, error)"]
)
def test_a_task_that_is_kept_or_given_back_is_not(found: Scan, handler: str) -> None:
    assert not found(worker(handler), "no-dead-letter")


def test_a_loop_that_asks_no_model_or_takes_from_no_queue_is_not(found: Scan) -> None:
    assert not found(worker("pass", call="resize(task)"), "no-dead-letter")
    assert not found(worker("pass").replace('queue.blpop("tasks")', "next(lines)"), "no-dead-letter")
