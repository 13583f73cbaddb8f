"""Deadlines that are shorter than what stands within them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.documents import read_document
from agentprobe.scan.finding import Finding
from agentprobe.scan.rules.deadline_inversion import DeadlineInversion

Scan = Callable[..., list[Finding]]
RULE = "deadline-inversion"


def ask(client: str, seconds: str = "30") -> str:
    return f"""
import asyncio
from openai import AsyncOpenAI

client = AsyncOpenAI({client})

async def ask(m):
    return await asyncio.wait_for(client.chat.completions.create(model="x", messages=m), timeout={seconds})
"""


def test_retries_that_do_not_fit_into_the_deadline_are_found(found: Scan) -> None:
    (finding,) = found(ask("timeout=20, max_retries=2"), RULE)
    assert "20 s × 3 attempts = 60 s, the deadline around it ends it after 30 s" in finding.message
    assert [one.name for one in finding.origins] == ["timeout", "attempts", "deadline"]


@pytest.mark.parametrize(
    "code",
    [
        ask("timeout=9, max_retries=2"),
        ask(""),
        ask("max_retries=5"),
        ask("timeout=20, max_retries=2", "limit"),
    ],
)
def test_what_fits_and_plain_defaults_are_not(found: Scan, code: str) -> None:
    assert not found(code, RULE)


CELERY = """
from celery import Celery
from openai import OpenAI

app = Celery()
client = OpenAI({})

@app.task(time_limit=120)
def work(m):
    return client.chat.completions.create(model="gpt-4.1", messages=m)
"""


def test_a_task_that_is_killed_before_the_client_gives_up_is_found(found: Scan) -> None:
    (finding,) = found(CELERY.format(""), RULE)
    assert (
        "600 s × 3 attempts = 30 min, the task's time_limit ends it after 2 min" in finding.message
        or "120 s" in finding.message
    )
    assert not found(CELERY.format("timeout=30, max_retries=1"), RULE)


def test_a_serverless_function_is_found_by_its_settings(scanned: Callable[..., object]) -> None:
    code = ask("").replace("asyncio.wait_for(", "").replace(", timeout=30)", "")
    project = scanned({"api/agent.py": code, "api/vercel.json": "{}"}, "limit-disabled").project  # type: ignore[attr-defined]
    project.kept.clear()
    document = read_document("api/vercel.json", b'{"functions": {"api/agent.py": {"maxDuration": 60}}}')
    project.documents = (document,)
    (finding,) = DeadlineInversion().in_project(project)
    assert "maxDuration in vercel.json" in finding.message
    project.documents = ()
    assert not list(DeadlineInversion().in_project(project))
