"""What real, unmodified agents swallow when the world misbehaves, told by their traces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentprobe.gateway.surroundings import QUIET
from agentprobe.trace.read import read_trace
from agentprobe.trace.swallowed import swallowed
from agentprobe.trace.troubles import Came

HERE = Path(__file__).parent
ERROR_AS_ANSWER = """
from openai import APIError, OpenAI
try:
    told = OpenAI().chat.completions.create(model="m", messages=[{"role": "user", "content": "How many?"}])
    print(told.choices[0].message.content)
except APIError as error:
    print(error.message)
"""
"""Several frameworks hand the error's text to the user as the answer; this is what they do, in short."""


def _ran(tmp_path: Path, fault: str, agent: list[str]) -> tuple[int, Path]:
    out = tmp_path / "t.jsonl"
    program = "from agentprobe.cli.commands.trace import command; command()"
    options = ["--quiet", "--sim", "planned:Planned", "--fault", fault, "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-c", program, *options, "--", *agent],
        cwd=HERE,
        env={**os.environ, **QUIET, "ERRANDS": str(tmp_path / "errands")},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, out


@pytest.mark.parametrize(
    ("fault", "agent", "came", "went_on"),
    [
        (
            "server_error@model:1+",
            "",
            Came.FAILED,
            "nothing more was asked, and the run ended well, exit code 0",
        ),
        ("ended_early@model:3", "raw_openai_chat_streamed.py", Came.CUT, "nothing more was asked"),
        ("cut_arguments@model:2", "langchain_create_agent.py", Came.LENGTH, "nothing more was asked"),
    ],
)
def test_an_agent_that_goes_on_is_found_out(
    tmp_path: Path, fault: str, agent: str, came: Came, went_on: str
) -> None:
    words = [sys.executable, *([str(HERE / "agents" / agent)] if agent else ["-c", ERROR_AS_ANSWER])]
    code, out = _ran(tmp_path, fault, words)
    (entry,) = swallowed(read_trace(out))
    assert (code, entry.trouble.came) == (0, came)
    assert entry.went_on.startswith(went_on)


def test_an_agent_that_tries_again_or_fails_aloud_swallows_nothing(tmp_path: Path) -> None:
    agent = [sys.executable, str(HERE / "agents" / "raw_openai_chat.py")]
    code, out = _ran(tmp_path, "server_error@model:2", agent)
    assert (code, swallowed(read_trace(out))) == (0, ())
    (tmp_path / "t.jsonl").unlink()
    code, out = _ran(tmp_path, "cut_arguments@model:2", agent)
    assert (code, swallowed(read_trace(out))) == (1, ())
