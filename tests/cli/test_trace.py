"""`agentprobe trace`: the agent keeps its output and its exit code, and what it did is shown beside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agentprobe.cli.commands.trace import command
from agentprobe.trace.read import read_trace

ASK = """
import json, os, sys, urllib.error, urllib.request
body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "fjord"}]}).encode()
request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", body)
try:
    print(json.load(urllib.request.urlopen(request))["choices"][0]["message"]["content"])
except urllib.error.HTTPError as error:
    print("refused", error.code)
sys.exit(3)
"""


def trace(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, so that the agent's output is really the agent's."""
    program = "from agentprobe.cli.commands.trace import command; command()"
    return subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=60, check=False
    )


def told(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_the_agents_output_and_exit_code_are_its_own(tmp_path: Path) -> None:
    out = tmp_path / "one.jsonl"
    done = trace("--sim", "echo", "--out", str(out), "--", sys.executable, "-c", ASK)
    assert (done.returncode, done.stdout) == (3, "fjord\n")
    assert "model m · 200 ok" in done.stderr
    assert "model calls  1" in done.stderr
    assert f"agentprobe trace show {out}" in done.stderr.replace("\n", "")
    recorded = read_trace(out)
    assert recorded.header.agent["command"] == [sys.executable, "-c", ASK]
    assert recorded.header.run["simulated"] is True


def test_quiet_means_quiet(tmp_path: Path) -> None:
    done = trace("--quiet", "--sim", "echo", "--out", str(tmp_path), "--", sys.executable, "-c", ASK)
    assert (done.returncode, done.stdout, done.stderr) == (3, "fjord\n", "")
    assert len(list(tmp_path.glob("*.jsonl"))) == 1


def test_faults_strike_an_agent_that_knows_nothing_of_them(tmp_path: Path) -> None:
    fault = ("--fault", "rate_limited@model:1")
    done = trace("--sim", "echo", *fault, "--out", str(tmp_path), "--", sys.executable, "-c", ASK)
    assert done.stdout == "refused 429\n"
    assert "fault:rate_limited" in done.stderr
    assert "never struck" not in done.stderr


def test_a_fault_that_never_struck_is_said_aloud(tmp_path: Path) -> None:
    fault = ("--fault", "ended_early@model:1, rate_limited@model:1")
    done = trace("--sim", "echo", *fault, "--out", str(tmp_path), "--", sys.executable, "-c", ASK)
    assert "ended_early@model:1 never struck" in done.stderr
    assert "rate_limited@model:1 never struck" not in done.stderr


def test_an_agent_that_went_around_the_gateway_is_said_aloud(tmp_path: Path) -> None:
    done = trace("--out", str(tmp_path), "--", sys.executable, "-c", "print(1)")
    assert (done.returncode, done.stdout) == (0, "1\n")
    assert "No model call was seen" in done.stderr


def test_a_recorded_trace_is_drawn_again(tmp_path: Path) -> None:
    out = tmp_path / "one.jsonl"
    trace("--quiet", "--sim", "echo", "--out", str(out), "--", sys.executable, "-c", ASK)
    shown = told("show", str(out))
    assert shown.exit_code == 0
    assert "model m · 200 ok" in shown.output
    assert "exit code 3" in shown.output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "nothing to run"),
        (("python", "agent.py"), "agentprobe trace -- python agent.py"),
        (("show", "nowhere.jsonl"), "nowhere.jsonl"),
    ],
)
def test_wrong_use_is_answered_with_the_right_one(words: tuple[str, ...], expected: str) -> None:
    result = told(*words)
    assert result.exit_code == 2
    assert expected in result.output


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--fault", "rate_limitd@model"), "rate_limited"),
        (("--sim", "ecco"), "echo"),
        (("--openai-url", "nowhere"), "no base URL"),
    ],
)
def test_a_wrong_value_starts_nothing(tmp_path: Path, options: tuple[str, ...], expected: str) -> None:
    result = told(*options, "--out", str(tmp_path / "t"), "--", "true")
    assert expected in str(result.exception)
    assert not (tmp_path / "t").exists()


def test_a_place_that_takes_no_trace_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out, said in (("file/deeper", "Not a directory"), ("file", "is there already")):
        done = trace("--sim", "echo", "--out", str(tmp_path / out), "--", sys.executable, "-c", ASK)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("agentprobe.errors.")
        assert said in done.stderr
        assert "agentprobe-live" not in done.stderr


def test_an_agent_keeps_its_exit_code_where_nothing_can_be_recorded(tmp_path: Path) -> None:
    """A limit on the size of files stands for a disk that is full."""
    program = "import sys; from agentprobe.cli.main import main; sys.exit(main())"
    words = (sys.executable, "-c", program, "trace", "--sim", "echo", "--out", str(tmp_path / "t.jsonl"))
    line = ("sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *words, "--", sys.executable, "-c", ASK)
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (3, "fjord\n")
    assert done.stderr.strip().startswith("agentprobe: cannot write ")
    assert "Traceback" not in done.stderr


def test_the_command_to_draw_a_trace_again_can_be_copied(tmp_path: Path) -> None:
    out = tmp_path / "my [red]trace.jsonl"
    done = trace("--sim", "echo", "--out", str(out), "--", sys.executable, "-c", ASK)
    assert f"draw it again with: agentprobe trace show '{out}'" in done.stderr


def test_a_trace_is_never_written_over(tmp_path: Path) -> None:
    out = tmp_path / "one.jsonl"
    out.write_text(json.dumps({"agentprobe": "trace", "version": 1}) + "\n")
    result = told("--out", str(out), "--", "true")
    assert "not overwritten" in str(result.exception)
    assert len(out.read_text().splitlines()) == 1


def test_tools_in_the_agents_own_process_join_the_session(tmp_path: Path) -> None:
    program = (
        "import agentprobe\n@agentprobe.tool(effect='read')\ndef look(city):\n    return city\nlook('Oslo')"
    )
    out = tmp_path / "one.jsonl"
    done = trace("--quiet", "--sim", "echo", "--out", str(out), "--", sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr
    assert [(call.name, call.request) for call in read_trace(out).calls] == [("look", {"city": "Oslo"})]


def test_recording_a_run_does_not_wait_for_the_libraries_of_statistics() -> None:
    code = "import agentprobe.cli.commands.trace, sys; print(*{'numpy', 'scipy', 'sqlite3'} & {*sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert loaded.stdout.split() == []
