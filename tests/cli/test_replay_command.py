"""`agentprobe replay`: agents, some with the real SDK, run again on what was recorded, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from agentprobe.cli.commands.replay import command
from agentprobe.cli.main import main
from agentprobe.errors import AgentProbeError
from agentprobe.trace.read import read_trace

AGENTS = Path(__file__).parents[1] / "frameworks" / "agents"
ASK = """
import sys
from openai import OpenAI

client = OpenAI()
def ask(text, **more):
    return client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": text}], **more
    )
print(ask(sys.argv[1]).choices[0].message.content)
streamed = ask("again " + sys.argv[1], stream=True)
print("".join(chunk.choices[0].delta.content or "" for chunk in streamed if chunk.choices))
"""
LIGHT = """
import json
import sys
import httpx

def ask(text, **more):
    asked = {"model": "m", "messages": [{"role": "user", "content": text}], **more}
    answer = httpx.post("https://api.openai.com/v1/chat/completions", json=asked, timeout=60)
    answer.raise_for_status()
    return answer
print(ask(sys.argv[1]).json()["choices"][0]["message"]["content"])
lines = ask("again " + sys.argv[1], stream=True).text.splitlines()
chunks = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
print("".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"]))
"""
"""Asks as `ASK` does, without the SDK, whose import takes a second: where the replay is the subject."""
GATHER = """
import asyncio
import httpx

async def main():
    async with httpx.AsyncClient(timeout=60) as client:
        asked = [
            client.post(
                "https://api.openai.com/v1/chat/completions",
                json={"model": "m", "messages": [{"role": "user", "content": f"question {n % 3}"}]},
            )
            for n in range(8)
        ]
        for answer in await asyncio.gather(*asked):
            print(answer.json()["choices"][0]["message"]["content"])

asyncio.run(main())
"""
TOOLS = """
import sys
import agentprobe
from pathlib import Path

@agentprobe.tool(effect="write")
def refund(order):
    with Path(sys.argv[1]).open("a") as book:
        book.write(f"{order}\\n")
    if order == 3:
        raise LookupError("no order 3")
    return {"refunded": order}

print(refund(1), refund(2))
try:
    refund(3)
except LookupError as error:
    print("LookupError", error)
"""
RANDOM = LIGHT.replace("sys.argv[1]", "__import__('secrets').token_hex(8)")


def agentprobe(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, so that the agent's output is really the agent's."""
    return subprocess.run(
        [sys.executable, "-m", "agentprobe.cli", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def traced(folder: Path, program: str, *words: str, fault: str = "", code: int = 0) -> Path:
    """A recorded run of a program against the simulated model that says back what was said."""
    (folder / "agent.py").write_text(program)
    options = ("--fault", fault) if fault else ()
    agent = ("--", sys.executable, "agent.py", *words)
    done = agentprobe(
        folder, "trace", "--quiet", "--sim", "echo", *options, "--out", "trace_001.json", *agent
    )
    assert done.returncode == code, done.stderr
    return folder / "trace_001.json"


def test_the_articles_own_command_replays_the_recorded_one(tmp_path: Path) -> None:
    traced(tmp_path, ASK, "fjord", fault="rate_limited@model:1")
    done = agentprobe(tmp_path, "replay", "--trace", "trace_001.json")
    assert (done.returncode, done.stdout) == (0, "fjord\nagain fjord\n")
    assert "running the command that was recorded" in done.stderr
    assert "3 of 3 recorded calls asked again · 3 answered from the trace" in done.stderr
    assert done.stderr.endswith("the same run\n")


def test_the_run_again_leaves_a_trace_that_equals_the_first(tmp_path: Path) -> None:
    first = read_trace(traced(tmp_path, ASK, "fjord", fault="cut_stream@model:2", code=1))
    assert agentprobe(tmp_path, "replay", "trace_001.json", "--quiet", "--out", "again").returncode == 0
    [path] = (tmp_path / "again").glob("*.jsonl")
    again = read_trace(path)
    assert [call.status for call in again.calls] == [call.status for call in first.calls]
    assert [call.error for call in again.calls] == [call.error for call in first.calls]
    assert [call.reply and call.reply.body for call in again.calls] == [
        call.reply and call.reply.body for call in first.calls
    ]
    assert again.header.run["replay"] == "trace_001.json"


def test_another_question_is_refused_with_the_field_that_differs(tmp_path: Path) -> None:
    traced(tmp_path, ASK, "fjord")
    done = agentprobe(tmp_path, "replay", "trace_001.json", "--", sys.executable, "agent.py", "lake")
    assert done.returncode == 1
    assert "PermissionDeniedError" in done.stderr
    assert 'nearest is recorded call 1: messages[0].content was "fjord", is "lake"' in done.stderr
    assert "not the same run" in done.stderr


@pytest.mark.parametrize("name", ["raw_anthropic_streamed", "raw_openai_responses_streamed"])
def test_streamed_agents_of_other_protocols_are_replayed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRANDS", str(tmp_path / "errands"))
    agent = ("--", sys.executable, str(AGENTS / f"{name}.py"))
    first = agentprobe(tmp_path, "trace", "--quiet", "--sim", "tools", "--out", "trace_001.json", *agent)
    again = agentprobe(tmp_path, "replay", "trace_001.json")
    assert (again.returncode, again.stdout) == (0, first.stdout), again.stderr
    assert "2 of 2 recorded calls asked again" in again.stderr


def test_calls_that_were_made_at_once_find_their_answers(tmp_path: Path) -> None:
    traced(tmp_path, GATHER)
    done = agentprobe(tmp_path, "replay", "trace_001.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"question {n % 3}" for n in range(8)]
    assert "8 of 8 recorded calls asked again" in done.stderr


def test_tools_of_the_agents_process_give_back_what_they_gave_and_do_not_run(tmp_path: Path) -> None:
    book = tmp_path / "book"
    traced(tmp_path, TOOLS, str(book))
    assert book.read_text() == "1\n2\n3\n"
    done = agentprobe(tmp_path, "replay", "trace_001.json")
    said = "{'refunded': 1} {'refunded': 2}\nLookupError no order 3\n"
    assert (done.returncode, done.stdout) == (0, said), done.stderr
    assert book.read_text() == "1\n2\n3\n"
    [path] = (tmp_path / ".agentprobe" / "replays").glob("*.jsonl")
    assert read_trace(path).ledger().effects == ()


def test_a_deterministic_agent_scores_whole_and_says_how_sure_that_is(tmp_path: Path) -> None:
    traced(tmp_path, LIGHT, "fjord")
    done = agentprobe(tmp_path, "replay", "trace_001.json", "--times", "3", "--json", "score.json")
    assert done.returncode == 0
    assert "3 of 3 runs (44% to 100% at 95 % confidence)" in done.stderr
    score = json.loads((tmp_path / "score.json").read_text())
    assert (score["same"], score["determinism"]["exact"]["runs"], len(score["runs"])) == (True, 3, 3)


def test_an_agent_that_asks_something_else_each_time_does_not(tmp_path: Path) -> None:
    traced(tmp_path, RANDOM)
    done = agentprobe(tmp_path, "replay", "trace_001.json", "--times", "2", "--json", "score.json")
    assert done.returncode == 1
    assert "0 of 2 runs" in done.stderr
    score = json.loads((tmp_path / "score.json").read_text())["determinism"]
    assert (score["parts_at"], score["close"]["runs"]) == (1, 0)
    assert score["lowest_share"] < 0.99


def test_a_run_that_is_nearly_the_same_goes_on_if_that_is_asked_for(tmp_path: Path) -> None:
    long = "'word ' * 300 + __import__('secrets').token_hex(8)"
    traced(tmp_path, LIGHT.replace("sys.argv[1]", long))
    strict = agentprobe(tmp_path, "replay", "trace_001.json")
    assert strict.returncode == 1
    assert "not the same run" in strict.stderr
    near = agentprobe(tmp_path, "replay", "trace_001.json", "--near", "--times", "2")
    assert near.returncode == 1
    assert "0 of 2 recorded calls asked again · 2 answered from the trace · 2 of them by one" in near.stderr
    assert "2 of 2 runs at 99% or more" in near.stderr
    assert near.stderr.endswith("not the same to the letter, but as good as deterministic\n")


def test_a_fork_replays_what_came_before_and_then_goes_another_way(tmp_path: Path) -> None:
    traced(tmp_path, LIGHT, "fjord")
    (tmp_path / "answer.txt").write_text("a glacier\n")
    fork = ("--fork", "2", "--edit", "answer.txt", "--sim", "echo", "--out", "again")
    done = agentprobe(tmp_path, "replay", "trace_001.json", *fork)
    assert (done.returncode, done.stdout) == (1, "fjord\na glacier\n"), done.stderr
    [path] = (tmp_path / "again").glob("*.jsonl")
    assert [call.marks for call in read_trace(path).calls] == [("replay",), ("replay", "replay:edited")]


def test_a_fork_without_an_edit_lets_the_world_answer(tmp_path: Path) -> None:
    traced(tmp_path, LIGHT, "fjord")
    done = agentprobe(tmp_path, "replay", "trace_001.json", "--fork", "2", "--sim", "echo", "--out", "again")
    assert done.stdout == "fjord\nagain fjord\n"
    [path] = (tmp_path / "again").glob("*.jsonl")
    assert [call.marks for call in read_trace(path).calls] == [("replay",), ("replay:live",)]


def test_a_lenient_replay_lets_the_model_answer_what_is_new(tmp_path: Path) -> None:
    traced(tmp_path, LIGHT, "fjord")
    agent = ("--", sys.executable, "agent.py", "lake")
    done = agentprobe(tmp_path, "replay", "trace_001.json", "--lenient", "--sim", "echo", *agent)
    assert (done.returncode, done.stdout) == (1, "lake\nagain lake\n")
    assert "2 answered by the world" in done.stderr


def test_no_request_of_another_kind_gets_out_of_a_strict_replay(tmp_path: Path) -> None:
    program = ASK + "\ntry:\n    client.models.list()\nexcept Exception as error:\n    print(error)\n"
    (tmp_path / "agent.py").write_text(ASK)
    traced(tmp_path, ASK, "fjord")
    (tmp_path / "agent.py").write_text(program)
    done = agentprobe(tmp_path, "replay", "trace_001.json")
    assert "a replay has no network" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "no trace"),
        (("nowhere.jsonl",), "nowhere.jsonl"),
        (("t.jsonl", "--trace", "t.jsonl"), "two traces"),
        (("t.jsonl", "--edit", "t.jsonl"), "--fork K"),
        (("t.jsonl", "--sim", "echo"), "a strict replay asks no model"),
        (("t.jsonl", "--times", "0"), "--times"),
    ],
)
def test_wrong_use_is_answered_with_the_right_one(
    words: tuple[str, ...], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.jsonl").write_text('{"agentprobe":"trace","version":1}\n')
    result = CliRunner().invoke(command, words)
    assert result.exit_code == 2
    assert expected in result.output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("t.jsonl",), "does not say how the agent was started"),
        (("t.jsonl", "--fork", "3", "--", "true"), "has no model call 3"),
        (("t.jsonl", "--", "no-such-command"), "no-such-command"),
    ],
)
def test_what_cannot_be_replayed_is_said(
    words: tuple[str, ...], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.jsonl").write_text('{"agentprobe":"trace","version":1}\n')
    result = CliRunner().invoke(command, words)
    assert isinstance(result.exception, AgentProbeError)
    assert expected in str(result.exception)
    assert main(["replay", *words]) == 2
