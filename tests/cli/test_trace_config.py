"""`agentprobe trace --config agent_config.json --prompt …`: an agent that only a file describes."""

from __future__ import annotations

import json
import os
import shutil
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


def traced(folder: Path, *words: str, environment: str = "") -> subprocess.CompletedProcess[str]:
    line = ("trace", "--quiet", "--out", "t.jsonl", "--config", "agent_config.json", "--prompt", "Analyze Q3")
    return agentprobe(folder, *line, *words, environment=environment)


def agentprobe(folder: Path, *words: str, environment: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agentprobe.cli", *words],
        cwd=folder,
        env={**os.environ, "AGENT_ENVIRONMENT": environment},
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


def test_the_sample_in_the_examples_serves_all_commands_of_the_article(tmp_path: Path) -> None:
    examples = Path(__file__).parents[2] / "examples"
    for name in ("agent_config.json", "agent_config_tools.py"):
        shutil.copy(examples / name, tmp_path)
    scanned = agentprobe(tmp_path, "scan", "--config", "agent_config.json", "--format", "json")
    found = {one["code"] for one in json.loads(scanned.stdout)["findings"]}
    assert scanned.returncode == 1
    assert found >= {"TOK002", "CTX001", "LAT001", "ERR001", "RACE002", "RDY005", "TMP002"}
    asked = ("trace", "--config", "agent_config.json", "--prompt", "Analyze the Q3 report", "--sim", "tools")
    for number in (1, 2):
        done = agentprobe(tmp_path, *asked, "--out", f"trace_00{number}.json")
        assert done.returncode == 0, done.stderr
    trace = read_trace(tmp_path / "trace_001.json")
    assert [use.name for use in trace.tool_calls] == ["search_reports", "read_report", "send_summary"]
    assert all(call.request["parallel_tool_calls"] for call in trace.model_calls)
    compared = agentprobe(tmp_path, "diff", "--run-a", "trace_001.json", "--run-b", "trace_002.json")
    assert compared.returncode == 0, compared.stdout
    again = agentprobe(tmp_path, "replay", "--trace", "trace_001.json")
    assert again.returncode == 0, again.stderr
    assert "the same run" in again.stderr + again.stdout


def test_what_is_otherwise_in_an_environment_holds_where_a_variable_names_it(tmp_path: Path) -> None:
    described(tmp_path, environments={"dev": {}, "prod": {"temperature": 0.7, "max_tokens": 50}})
    temperatures = []
    for name in ("", "dev", "prod"):
        assert traced(tmp_path, "--sim", "echo", environment=name).returncode == 0
        (call,) = read_trace(tmp_path / "t.jsonl").model_calls
        temperatures.append(call.request["temperature"])
        (tmp_path / "t.jsonl").unlink()
    assert temperatures == [0.2, 0.2, 0.7]
    done = traced(tmp_path, "--sim", "echo", environment="prd")
    assert done.returncode == 2
    assert "no environment 'prd' (AGENT_ENVIRONMENT); did you mean 'prod'" in done.stderr


def test_an_agent_that_goes_on_after_an_error_has_an_empty_answer(tmp_path: Path) -> None:
    described(tmp_path, on_error="continue", max_retries=0)
    done = traced(tmp_path, "--sim", "echo", "--fault", "server_error@model")
    assert (done.returncode, done.stdout) == (0, "\n")
    assert read_trace(tmp_path / "t.jsonl").retries == 0


@pytest.mark.parametrize(("most", "sent"), [(None, [1, 3, 5, 7]), (4, [1, 3, 5, 5]), (1, [1, 3, 3, 3])])
def test_the_newest_whole_rounds_of_the_history_are_sent(
    most: int | None, sent: list[int], tmp_path: Path
) -> None:
    call = '[[turns]]\ncalls = [{ tool = "now", arguments = {} }]\n'
    (tmp_path / "rounds.toml").write_text(call * 3 + '[[turns]]\ntext = "Noon."\n')
    described(tmp_path, tools=[{"name": "now", "result": "noon"}], max_history=most, max_iterations=4)
    done = traced(tmp_path, "--sim", "rounds.toml")
    assert (done.stdout == "Noon.\n") == (most is None), "what is forgotten is asked for again"
    calls = read_trace(tmp_path / "t.jsonl").model_calls
    assert [len(call.request["messages"]) for call in calls] == sent


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"temprature": 0}, "unknown key 'temprature'; did you mean 'temperature'"),
        ({"provider": "opnai"}, "unknown provider 'opnai'; did you mean 'openai'"),
        ({"tools": [TOOL]}, "tool 'report' needs one of 'command', 'python' and 'result' (at tools.0)"),
        ({"max_steps": 0}, "max_steps"),
        ({"max_steps": 5, "max_iterations": 5}, "another name of 'max_steps'"),
        ({"tools": ["report"]}, "tool 'report' is only named; to run it, make it a table"),
        ({"on_error": "contine"}, "on_error"),
        (
            {"environments": {"prod": {"temprature": 1}}},
            "unknown key 'temprature'; did you mean 'temperature'? (at environments.prod.temprature)",
        ),
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
