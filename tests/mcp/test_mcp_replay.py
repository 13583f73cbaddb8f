"""A launched agent and its tool server: one trace, in which each tool call stands once; and the run again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentprobe.trace.read import read_trace
from agentprobe.trace.replay.room import MISSED

AGENT = Path(__file__).with_name("agent.py")


@dataclass
class Place:
    """Where an agent runs, and what its tool server has written down."""

    folder: Path

    @property
    def notes(self) -> list[str]:
        file = self.folder / "notes"
        return file.read_text().splitlines() if file.exists() else []

    def agentprobe(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "DESK_NOTES": str(self.folder / "notes"), "OPENAI_API_KEY": "none", **more}
        command = [sys.executable, "-m", "agentprobe.cli", *words]
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=120)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(scope="module")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent's run as it is, recorded once for all who look at it or run it again."""
    place = Place(tmp_path_factory.mktemp("recorded"))
    record(place)
    return place.folder


@pytest.fixture(scope="module")
def failed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a tool that fails."""
    place = Place(tmp_path_factory.mktemp("failed"))
    record(place, "auto", "--fault", "tool_error@tool:cancel_order")
    return place.folder


@pytest.fixture
def recorded(place: Place, recorded_once: Path) -> Place:
    """A copy of the recorded run."""
    shutil.copytree(recorded_once, place.folder, dirs_exist_ok=True)
    return place


@pytest.fixture
def failed(place: Place, failed_once: Path) -> Place:
    """A copy of the run in which a tool failed."""
    shutil.copytree(failed_once, place.folder, dirs_exist_ok=True)
    return place


def record(place: Place, mode: str = "auto", *options: str, **more: str) -> None:
    agent = (sys.executable, str(AGENT), mode)
    done = place.agentprobe("trace", "--sim", "tools", "--out", "run.jsonl", *options, "--", *agent, **more)
    assert done.returncode == 0, done.stderr


def test_a_tool_call_that_model_and_server_both_show_stands_in_the_trace_once(recorded: Place) -> None:
    check_once(recorded)


def test_a_tool_call_under_another_name_stands_in_the_trace_once_beside_the_real_sdk(place: Place) -> None:
    record(place, PREFIX="mcp__desk__", SDK="1")
    check_once(place)


def check_once(place: Place) -> None:
    trace = read_trace(place.folder / "run.jsonl")
    assert sorted(use.name for use in trace.tool_calls) == ["cancel_order", "find_orders"]
    assert all(use.call is not None and use.asked_by is not None and use.ref for use in trace.tool_calls)
    assert len(trace.ledger().times()) == len(place.notes) == 1


def test_a_replay_answers_for_the_tool_server_which_is_not_even_started(recorded: Place) -> None:
    check_replay(recorded)


def test_a_replay_answers_a_client_of_the_old_protocol_too(place: Place) -> None:
    record(place, "legacy")
    check_replay(place)


def check_replay(place: Place) -> None:
    said = place.agentprobe("replay", "run.jsonl", "--out", "again")
    assert said.returncode == 0, said.stderr
    (again,) = (place.folder / "again").iterdir()
    tools = read_trace(again).tool_calls
    assert [use.result for use in tools] == [
        use.result for use in read_trace(place.folder / "run.jsonl").tool_calls
    ]
    assert all(use.call is not None and "replay" in use.call.marks for use in tools)
    assert len(place.notes) == 1


def test_a_replay_gives_a_failure_back_in_its_own_form(failed: Place) -> None:
    said = failed.agentprobe("replay", "run.jsonl", "--out", "again")
    assert said.returncode == 0, said.stderr
    assert failed.notes == []


def test_a_strict_replay_that_asks_a_server_something_new_names_the_nearest(recorded: Place) -> None:
    agent = (sys.executable, str(AGENT), "legacy")
    said = recorded.agentprobe("replay", "run.jsonl", "--out", "again", "--", *agent)
    assert said.returncode == 1
    (again,) = (recorded.folder / "again").iterdir()
    missed = [call for call in read_trace(again).calls if MISSED in call.marks]
    assert missed[0].name == "initialize"
    assert "was never recorded; nearest is recorded call" in missed[0].error


def test_a_fault_strikes_the_tool_server_of_a_launched_agent(failed: Place) -> None:
    trace = read_trace(failed.folder / "run.jsonl")
    marks = {use.name: use.call.marks for use in trace.tool_calls if use.call is not None}
    assert marks == {"cancel_order": ("fault:tool_error",), "find_orders": ()}
    assert failed.notes == []


def test_the_tool_server_of_a_launched_agent_is_the_world_and_not_the_agent(recorded: Place) -> None:
    certificate = read_trace(recorded.folder / "run.jsonl").certificate
    assert certificate.unhooked == ()
    assert [process for process in certificate.hooked if "desk" in process] == []
    assert certificate.complete, certificate.sentences


SPEAKS = """
import httpx2
hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
told = {"mcp-protocol-version": "2026-07-28", "accept": "application/json, text/event-stream"}
try:
    httpx2.post("http://127.0.0.1:9/mcp", json=hello, headers=told)
except httpx2.ConnectError:
    print("nobody there")
"""


def test_a_tool_server_over_http_that_nothing_recorded_is_in_the_certificate(place: Place) -> None:
    line = ("trace", "--sim", "tools", "--out", "run.jsonl", "--", sys.executable, "-c", SPEAKS)
    assert place.agentprobe(*line).stdout == "nobody there\n"
    certificate = read_trace(place.folder / "run.jsonl").certificate
    assert not certificate.complete
    assert "spoke to a tool server at 127.0.0.1:9, which no way in recorded" in certificate.sentences[0]
