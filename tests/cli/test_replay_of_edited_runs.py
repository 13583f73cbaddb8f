"""`agentprobe replay` of runs in which the house itself had changed the conversation."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agentprobe.trace.read import read_trace

AGENT = """
import json, sys
from openai import OpenAI

def find(order): return {"order": order, "items": ["lamp"]}
def refund(order): raise SystemExit("the refund was carried out")
tools = {"find": find, "refund": refund}
specs = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    for name in tools
]
messages = [{"role": "user", "content": sys.argv[1]}]
client = OpenAI()
while True:
    answer = client.chat.completions.create(model="m", messages=messages, tools=specs).choices[0].message
    messages.append(answer)
    if not answer.tool_calls:
        break
    for call in answer.tool_calls:
        result = json.dumps(tools[call.function.name](**json.loads(call.function.arguments)))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
print(answer.content)
"""
SCRIPT = """
[[turns]]
calls = [{ tool = "find", arguments = { order = "A7" } }]

[[turns]]
calls = [{ tool = "refund", arguments = { order = "A7" } }]

[[turns]]
text = "A7 is refunded."
"""


def agentprobe(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agentprobe.cli", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A run with the refund suppressed and the result of the search struck, told by the traffic alone."""
    (tmp_path / "agent.py").write_text(AGENT)
    (tmp_path / "desk.toml").write_text(SCRIPT)
    done = agentprobe(
        tmp_path,
        *("trace", "--quiet", "--sim", "desk.toml", "--suppress", "refund", "--out", "t.jsonl"),
        *("--fault", "empty_result@tool:find", "--", sys.executable, "agent.py", "Refund A7"),
    )
    assert done.stdout == "A7 is refunded.\n", done.stderr
    return tmp_path


def test_a_run_with_suppressed_tools_and_struck_results_is_replayed_as_the_agent_saw_it(
    recorded: Path,
) -> None:
    done = agentprobe(recorded, "replay", "t.jsonl", "--out", "again", "--json", "facts.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "A7 is refunded.\n"
    (path,) = (recorded / "again").glob("*.jsonl")
    again, before = read_trace(path), read_trace(recorded / "t.jsonl")
    assert [call.answer.text for call in again.model_calls if call.answer] == ["", "A7 is refunded."]
    assert len(before.model_calls) == len(again.model_calls) == 2
    assert "shadow:suppressed" in {mark for call in before.calls for mark in call.marks}
    assert "fault:empty_result" in {mark for call in before.calls for mark in call.marks}
    assert json.loads((recorded / "facts.json").read_text())


def test_a_suppressed_run_asked_something_else_is_refused(recorded: Path) -> None:
    done = agentprobe(recorded, "replay", "t.jsonl", "--", sys.executable, "agent.py", "Refund B8")
    assert done.returncode == 1
    assert "the refund was carried out" not in done.stdout + done.stderr
