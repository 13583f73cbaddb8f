"""`agentprobe trace --config agent_config.json --prompt …`: an agent that only a file describes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agentprobe.cli.commands.trace import command
from agentprobe.errors import ConfigError
from agentprobe.trace.read import read_trace

TOOL = {
    "name": "report",
    "description": "The report of a quarter.",
    "effect": "read",
    "parameters": {"type": "object", "properties": {"quarter": {"const": "Q3"}}, "required": ["quarter"]},
}
PRINTS = "import json, sys; print('report of', json.load(sys.stdin)['quarter'])"


def described(folder: Path, **more: Any) -> Path:
    path = folder / "agent_config.json"
    path.write_text(json.dumps({"model": "gpt-4.1-mini", "temperature": 0.2, **more}))
    return path


def traced(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = ("trace", "--quiet", "--out", "t.jsonl", "--config", "agent_config.json", "--prompt", "Analyze Q3")
    return subprocess.run(
        [sys.executable, "-m", "agentprobe.cli", *line, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("model", ["gpt-4.1-mini", "claude-sonnet-4-5"])
@pytest.mark.parametrize("stream", [False, True])
def test_the_articles_own_command_runs_the_described_agent(model: str, stream: bool, tmp_path: Path) -> None:
    tool = {**TOOL, "command": [sys.executable, "-c", PRINTS]}
    described(tmp_path, model=model, system_prompt="Be brief.", tools=[tool], stream=stream)
    done = traced(tmp_path, "--sim", "tools")
    assert (done.returncode, done.stdout) == (0, "The tools said: report of Q3\n"), done.stderr
    trace = read_trace(tmp_path / "t.jsonl")
    assert [call.request["temperature"] for call in trace.model_calls] == [0.2, 0.2]
    (used,) = trace.tool_calls
    assert (used.name, used.arguments, used.call is not None) == ("report", {"quarter": "Q3"}, True)


def test_tools_may_be_functions_or_fixed_and_the_model_is_told_when_they_fail(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("def report(quarter):\n    raise LookupError('no ' + quarter)\n")
    described(tmp_path, tools=[{**TOOL, "python": "tools:report"}, {"name": "now", "result": "noon"}])
    done = traced(tmp_path, "--sim", "tools")
    assert (done.returncode, done.stdout) == (0, "The tools said: LookupError: no Q3; noon\n"), done.stderr


def test_failures_that_pass_are_tried_again_and_others_are_said(tmp_path: Path) -> None:
    described(tmp_path)
    assert traced(tmp_path, "--sim", "echo", "--fault", "rate_limited@model:1").stdout == "Analyze Q3\n"
    (tmp_path / "t.jsonl").unlink()
    done = traced(tmp_path, "--sim", "echo", "--fault", "cut_stream@model")
    assert (done.returncode, done.stdout) == (1, "")
    assert "CutOff" in done.stderr
    assert read_trace(tmp_path / "t.jsonl").retries == 2


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"temprature": 0}, "unknown key 'temprature'; did you mean 'temperature'"),
        ({"provider": "opnai"}, "unknown provider 'opnai'; did you mean 'openai'"),
        ({"tools": [TOOL]}, "tool 'report' needs one of 'command', 'python' and 'result' (at tools.0)"),
        ({"max_steps": 0}, "max_steps"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_before_anything_runs(
    more: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    result = CliRunner().invoke(command, ["--config", str(described(tmp_path, **more)), "--prompt", "x"])
    assert isinstance(result.exception, ConfigError)
    assert expected in str(result.exception)


@pytest.mark.parametrize(
    ("words", "expected"),
    [((), "--prompt TEXT"), (("--prompt", "x", "--", "true"), "two agents")],
)
def test_one_agent_and_one_prompt(words: tuple[str, ...], expected: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--config", str(described(tmp_path)), *words])
    assert result.exit_code == 2
    assert expected in result.output
