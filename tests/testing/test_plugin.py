"""The pytest plugin in pytest itself: recordings are made when asked for, and replayed strictly."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

AGENT = """
import openai

def ask(question):
    with openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=2) as client:
        said = client.chat.completions.create(model="m", messages=[{"role": "user", "content": question}])
    return said.choices[0].message.content
"""
LIGHT = """
import httpx

def ask(question):
    asked = {"model": "m", "messages": [{"role": "user", "content": question}]}
    said = httpx.post("http://127.0.0.1:9/v1/chat/completions", json=asked)
    said.raise_for_status()
    return said.json()["choices"][0]["message"]["content"]
"""
"""Asks as `AGENT` does, without the SDK, whose import takes a second: where recordings are the subject."""
REPLAYED = """
import pytest
from agent import ask

@pytest.mark.agentprobe(replay="recordings/one.jsonl", model="echo")
def test_it():
    assert ask("fjord") == "fjord"
"""
SWALLOWS = (
    REPLAYED.replace('ask("fjord")', 'safe("lake")')
    + """
def safe(question):
    try:
        return ask(question)
    except Exception:
        return "fjord"
"""
)
FAULTED = """
import time
import pytest
from agent import ask

@pytest.mark.agentprobe(model="echo", fault="rate_limited(retry_after=20)@model:1, hang@model:2")
def test_it(agentprobe_trace):
    began = time.monotonic()
    assert ask("fjord") == "fjord"
    assert [call.status for call in agentprobe_trace().model_calls] == [429, None, 200]
    assert time.monotonic() - began > 20

def test_without_a_mark():
    assert ask.__module__ == "agent"
"""
ASYNC = """
import asyncio
import httpx2
import openai
import pytest

async def ask(question):
    async with openai.AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:9/v1") as client:
        messages = [{"role": "user", "content": question}]
        said = await client.chat.completions.create(model="m", messages=messages)
    return said.choices[0].message.content

class Shouting:
    def options(self, request):
        from agentprobe.sim.policy import say
        return [say(request.messages[-1].text.upper())]

@pytest.mark.agentprobe(model=Shouting)
def test_it(agentprobe_session):
    async def both():
        return await asyncio.gather(ask("a"), ask("b"))
    assert asyncio.run(both()) == ["A", "B"]
    assert agentprobe_session().simulated
"""


OTHERS = [
    word
    for name in ("anyio", "hypothesispytest", "langsmith_plugin", "xdist")
    for word in ("-p", f"no:{name}")
]
"""The plugins that come with other packages, which take a second to load; ours is found as for a user."""


def in_pytest(
    folder: Path, program: str, *words: str, agent: str = LIGHT
) -> subprocess.CompletedProcess[str]:
    (folder / "agent.py").write_text(agent)
    (folder / "test_agent.py").write_text(program)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "--strict-markers", *OTHERS, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_a_recording_is_made_when_asked_for_and_then_replayed_without_a_model(tmp_path: Path) -> None:
    recording = tmp_path / "recordings" / "one.jsonl"
    without = in_pytest(tmp_path, REPLAYED)
    assert without.returncode == 1
    assert "make it with: pytest --agentprobe-record=missing" in without.stdout
    made = in_pytest(tmp_path, REPLAYED, "--agentprobe-record=missing")
    assert made.returncode == 0, made.stdout
    before = recording.stat().st_ino
    again = in_pytest(tmp_path, REPLAYED.replace(', model="echo"', ""), "--agentprobe-record=missing")
    assert again.returncode == 0, again.stdout
    assert recording.stat().st_ino == before
    anew = in_pytest(tmp_path, REPLAYED, "--agentprobe-record=all")
    assert anew.returncode == 0, anew.stdout
    assert recording.stat().st_ino != before


def test_a_failing_test_makes_no_recording(tmp_path: Path) -> None:
    failed = in_pytest(tmp_path, REPLAYED.replace('== "fjord"', '== "lake"'), "--agentprobe-record=missing")
    assert failed.returncode == 1
    assert not list((tmp_path / "recordings").glob("*"))


def test_a_call_that_was_never_recorded_fails_even_an_agent_that_swallows_it(tmp_path: Path) -> None:
    assert in_pytest(tmp_path, REPLAYED, "--agentprobe-record=missing", agent=AGENT).returncode == 0
    done = in_pytest(tmp_path, SWALLOWS, agent=AGENT)
    assert done.returncode == 1
    assert "calls that were never recorded" in done.stdout
    assert 'was "fjord", is "lake"' in done.stdout


@pytest.mark.parametrize("program", [FAULTED, ASYNC], ids=["faults on virtual time", "asyncio"])
def test_a_marked_test_runs_in_a_session_of_its_own(program: str, tmp_path: Path) -> None:
    done = in_pytest(tmp_path, program, agent=AGENT)
    assert done.returncode == 0, done.stdout


def test_a_mark_that_cannot_be_meant_is_said(tmp_path: Path) -> None:
    expected = {
        'repaly="x"': "did you mean 'replay'",
        'fault="rate_limitd@model"': "did you mean 'rate_limited'",
        'model="ecco"': "did you mean 'echo'",
        '"x"': "named arguments only",
    }
    tests = [
        f"@pytest.mark.agentprobe({mark})\ndef test_{number}():\n    assert ask('fjord') == 'fjord'\n"
        for number, mark in enumerate(expected)
    ]
    done = in_pytest(tmp_path, "import pytest\nfrom agent import ask\n\n" + "\n".join(tests))
    assert done.returncode == 1
    said = re.split(r"^_+ .*\btest_\d\b.* _+$", done.stdout, flags=re.MULTILINE)[1:]
    assert len(said) == len(expected), done.stdout
    assert all(words in one for words, one in zip(expected.values(), said, strict=True)), done.stdout
