"""Agents as their users write them, unchanged, under the launcher: nothing they do is missed or altered.

Each file in agents/ is one; adding a file adds it to the tests. Those in a folder run in the environment of
the folder's name, which is made of the requirements in environments/.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agentprobe.cli.commands.sim import exports
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.gateway.surroundings import QUIET
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.server import background
from agentprobe.trace.body import unpacked
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.read import read_trace
from agentprobe.trace.tools import PROCESS, WIRE
from agentprobe.trace.view import Trace

HERE = Path(__file__).parent
FOLDER = HERE / "agents"
AGENTS = sorted(
    str(file.relative_to(FOLDER)) for file in FOLDER.glob("**/*.*[ys]") if file.name != "errands.py"
)
IN_TEXT = ("smolagents", "dspy", "instructor")
"""Those that ask for tools in plain text, or for none."""
CLAUDE = tuple(name for name in AGENTS if name.startswith("claude/"))
FAITHFUL = tuple(n for n in AGENTS if n not in CLAUDE and not Path(n).name.startswith(IN_TEXT))
BY_HAND = ("raw_", "node_", "litellm_")
"""Those without a framework: what their tools do is known from the model traffic."""
ENVIRONMENTS = HERE.parents[1] / ".venvs"
OPTIONAL = frozenset({"claude"})
"""Environments that `make test` does not make."""
ANSWER = "get_weather: rain in Oslo; add: 5; add: 9\n"
ERRANDS = [
    ("add", {"a": 2, "b": 3}, "5"),
    ("add", {"a": 5, "b": 4}, "9"),
    ("get_weather", {"city": "Oslo"}, "rain in Oslo"),
]
"""What every agent here does when the model keeps to its plan."""
KEPT = {
    "adk_": ("google-adk", "session of me in desk", 6),
    "agno_": ("agno", "agent", 1),
    "autogen_": ("autogen", "agent clerk", 6),
    "crewai_": ("crewai", "crew crew", 1),
    "haystack_": ("haystack", "agent", 6),
    "llamaindex_": ("llama-index", "agent Agent", 3),
    "openai_agents_": ("openai-agents", "agent Clerk", 3),
    "pydantic_ai_": ("pydantic-ai", "agent agent", 3),
    "smolagents_code": ("smolagents", "agent CodeAgent", 1),
    "smolagents_tools": ("smolagents", "agent ToolCallingAgent", 3),
    "strands_": ("strands", "agent Strands Agents", 6),
}
"""Of each framework that keeps its state in the trace: the source, whose it is, and how many snapshots."""
PATIENCE = 300
"""Seconds after which an agent is taken to be stuck."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a run ended, and what it left in its own files."""

    code: int
    out: str
    err: str
    errands: list[tuple[str, Any, str]]
    """Every execution of a tool as the tool itself noted it, sorted by name."""
    asked: int
    """How many requests the model noted, where it ran under the launcher."""


class Counting(SimulatedModel):
    """A provider that keeps every HTTP request it got."""

    def __init__(self) -> None:
        super().__init__(runpy.run_path(str(HERE / "planned.py"))["Planned"]())
        self.seen: list[HttpRequest] = []

    def reply(self, http: HttpRequest) -> HttpReply:
        self.seen.append(http)
        return super().reply(http)


@contextmanager
def providing() -> Iterator[tuple[str, list[HttpRequest]]]:
    """A provider on this machine: its URL, and what it was asked."""
    model = Counting()
    with background(model) as url:
        yield url, model.seen


def of(names: Iterable[str]) -> list[Any]:
    """Agents as parameters; those that need an environment of their own are heavy."""
    return [pytest.param(name, marks=pytest.mark.heavy if "/" in name else ()) for name in names]


@pytest.fixture
def agent(request: pytest.FixtureRequest) -> list[str]:
    """The command of one agent; skips where what it runs on is not installed."""
    name: str = request.param
    return [_interpreter(name), str(FOLDER / name)]


def _interpreter(name: str) -> str:
    if name.endswith(".mjs"):
        return shutil.which("node") or pytest.skip("node is not installed")
    environment, slash, _ = name.rpartition("/")
    if not slash:
        return sys.executable
    python = ENVIRONMENTS / environment / "bin" / "python"
    if not python.exists():
        missing = f"{name} has no environment here; make it with: make .venvs/{environment}/ready"
        must = os.environ.get("CI") and environment not in OPTIONAL
        pytest.fail(missing) if must else pytest.skip(missing)
    return str(python)


def run(words: list[str], folder: Path, **environ: str) -> Ran:
    """Run a command to its end, at home in `folder`."""
    folder.mkdir()
    errands, asked = folder / "errands", folder / "asked"
    own = {"HOME": str(folder), "ERRANDS": str(errands), "ASKED": str(asked), "PYTHONPATH": str(FOLDER)}
    keys = {"OPENAI_API_KEY": "simulated", "ANTHROPIC_API_KEY": "simulated"}
    quick = {"PYTHONDONTWRITEBYTECODE": ""}  # a framework is compiled once, not in every run
    done = subprocess.run(
        words,
        cwd=HERE,
        env={**os.environ, **quick, **own, **keys, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    noted = [json.loads(line) for line in _lines(errands)]
    return Ran(
        code=done.returncode,
        out=done.stdout,
        err=done.stderr,
        errands=sorted(((n["name"], n["arguments"], n["result"]) for n in noted), key=repr),
        asked=len(_lines(asked)),
    )


def trace(agent: list[str], folder: Path, *options: str) -> tuple[Ran, Trace]:
    """Run an agent under `agentprobe trace`."""
    out = folder.with_suffix(".jsonl")
    ours = [sys.executable, "-m", "agentprobe.cli", "trace", "--quiet-telemetry", "--out", str(out)]
    ran = run([*ours, *options, "--", *agent], folder)
    assert out.exists(), ran.err
    return ran, read_trace(out)


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def _bare(agent: list[str], folder: Path, url: str) -> Ran:
    """Run an agent with what `agentprobe sim` says to tell its environment."""
    lines = (line.removeprefix("export ") for line in exports(url, "planned").splitlines() if "=" in line)
    return run(agent, folder, **QUIET, **dict(line.split("=", 1) for line in lines))


def _uses(trace: Trace) -> list[tuple[str, Any, str]]:
    uses = ((use.name, use.arguments, str(use.result)) for use in trace.tool_calls if use.answered)
    return sorted(uses, key=repr)


def _where(agent: list[str]) -> set[str]:
    """Where the tools of an agent are seen: those of a framework where they run."""
    return {WIRE if Path(agent[1]).name.startswith(BY_HAND) else PROCESS}


def _check_kept(agent: list[str], told: Trace) -> None:
    """What the framework keeps stands in the trace, step by step, and the last of it holds the results."""
    for begin, (source, name, number) in KEPT.items():
        if not Path(agent[1]).name.startswith(begin):
            continue
        found = [state for state in told.states if state.source == source]
        assert len(found) == number
        assert {state.name for state in found} == {name}
        assert "rain in Oslo" in json.dumps(unpacked(found[-1].value))


def replay(told: Trace, folder: Path) -> Ran:
    """Run the agent of a trace again, on what is recorded."""
    ours = [sys.executable, "-m", "agentprobe.cli", "replay", str(told.path), "--out", f"{folder}-replays"]
    return run(ours, folder)


def _said(call: TracedCall) -> str:
    """A model's words as a line."""
    return f"{call.answer.text}\n" if call.answer and call.answer.text else ""


def _in_pieces(trace: Trace) -> bool:
    """Were all answers streamed, and recorded in the pieces in which they came?"""
    replies = [call.reply for call in trace.model_calls]
    return all(reply and len(reply.chunks) > 2 and _is_stream(reply) for reply in replies)


def _is_stream(reply: HttpReply) -> bool:
    return (reply.header("content-type") or "").startswith("text/event-stream")


@pytest.mark.parametrize("agent", of(FAITHFUL), indirect=True)
def test_an_unmodified_agent_is_traced_whole_and_behaves_as_it_does_bare(
    agent: list[str], tmp_path: Path
) -> None:
    with providing() as (url, seen), ThreadPoolExecutor(2) as pool:
        alone = pool.submit(_bare, agent, tmp_path / "bare", url)
        under = pool.submit(trace, agent, tmp_path / "traced", "--sim", "planned:Planned")
        bare, (traced, told) = alone.result(), under.result()
    assert (bare.code, bare.out, bare.errands) == (0, ANSWER, ERRANDS), bare.err
    assert (traced.code, traced.out, traced.errands) == (0, ANSWER, ERRANDS), traced.err
    assert [call.request for call in told.model_calls] == [json.loads(http.body) for http in seen]
    assert len(told.model_calls) == traced.asked
    assert _uses(told) == ERRANDS
    assert {use.seen for use in told.tool_calls} == _where(agent)
    assert [_said(call) for call in told.model_calls] == ["", "", ANSWER]
    assert _in_pieces(told) or "streamed" not in agent[1]
    assert told.complete
    assert not told.failed
    _check_kept(agent, told)
    again = replay(told, tmp_path / "replayed")
    assert (again.code, again.out) == (0, ANSWER), again.err
    assert again.errands == ([] if _where(agent) == {PROCESS} else ERRANDS)


@pytest.mark.parametrize(
    "agent", of(name for name in AGENTS if name not in (*FAITHFUL, *CLAUDE)), indirect=True
)
def test_an_agent_that_asks_for_tools_in_text_is_traced_and_replayed(
    agent: list[str], tmp_path: Path
) -> None:
    traced, told = trace(agent, tmp_path / "traced", "--sim", "planned_text:PlannedText")
    tools = "instructor" not in agent[1]
    answer = ANSWER if tools else "rain in Oslo\n"
    assert (traced.code, traced.out) == (0, answer), traced.err
    assert len(told.model_calls) == traced.asked
    assert traced.errands == (ERRANDS if tools else [])
    processed = [(use.name, use.arguments, str(use.result)) for use in told.tool_calls if use.seen == PROCESS]
    assert sorted(processed, key=repr) == traced.errands
    assert told.complete
    assert not told.failed
    _check_kept(agent, told)
    again = replay(told, tmp_path / "replayed")
    assert (again.code, again.out, again.errands) == (0, answer, []), again.err


@pytest.mark.parametrize(
    "agent", of(n for n in FAITHFUL if "/" in n and not Path(n).name.startswith(BY_HAND)), indirect=True
)
def test_a_frameworks_tool_is_struck_where_it_runs(agent: list[str], tmp_path: Path) -> None:
    fault = ("--sim", "planned:Planned", "--fault", "empty_result@tool:get_weather")
    traced, told = trace(agent, tmp_path / "traced", *fault)
    assert (traced.code, traced.out) == (0, "get_weather: ; add: 5; add: 9\n"), traced.err
    assert traced.errands == ERRANDS
    struck = [(use.name, use.call.marks) for use in told.tool_calls if use.call and use.call.marks]
    assert struck == [("get_weather", ("fault:empty_result",))]


@pytest.mark.parametrize("agent", of(CLAUDE), indirect=True)
def test_the_claude_programs_model_calls_and_the_sdks_own_tools_are_traced(
    agent: list[str], tmp_path: Path
) -> None:
    """Each of its requests holds a fresh id, so no two runs ask the same, and a strict replay refuses."""
    traced, told = trace(agent, tmp_path / "traced", "--sim", "planned:Planned")
    assert (traced.code, traced.out, traced.errands) == (0, ANSWER, ERRANDS), traced.err
    assert [_said(call) for call in told.model_calls] == ["", "", ANSWER]
    assert [(use.name, use.seen) for use in told.tool_calls] == [
        ("mcp__errands__get_weather", PROCESS),
        ("mcp__errands__add", PROCESS),
        ("mcp__errands__add", PROCESS),
    ]
    assert told.complete


@pytest.mark.parametrize(
    "agent", of(name for name in AGENTS if "/" not in name or "crewai_" in name), indirect=True
)
def test_a_rate_limit_makes_two_attempts_of_one_call_before_a_real_provider(
    agent: list[str], tmp_path: Path
) -> None:
    with providing() as (url, seen):
        upstream = ("--openai-url", f"{url}/v1", "--anthropic-url", url)
        fault = ("--fault", "rate_limited(retry_after=0.1)@model:1")
        traced, told = trace(agent, tmp_path / "traced", *upstream, *fault)
    assert (traced.code, traced.out, traced.errands) == (0, ANSWER, ERRANDS), traced.err
    assert [call.statuses for call in told.logical_calls] == [(429, 200), (200,), (200,)]
    assert len(told.model_calls) == len(seen) + 1
    assert _uses(told) == ERRANDS
    assert told.complete


EDITED = (
    "crewai/crewai_crew.py",
    "langgraph_streamed.py",
    "node_fetch.mjs",
    "openai_agents_default.py",
    "pydantic_ai_default.py",
    "raw_anthropic_streamed.py",
    "raw_openai_chat.py",
    "raw_openai_chat_streamed.py",
    "raw_openai_responses_streamed.py",
)
"""One agent for each protocol, framework and language, in whose traffic tools are struck and suppressed."""


@pytest.fixture(params=of(EDITED))
def edited(request: pytest.FixtureRequest) -> list[str]:
    """The command of one of these agents; skips where what it runs on is not installed."""
    return [_interpreter(request.param), str(HERE / "agents" / request.param)]


def test_one_of_two_parallel_calls_is_suppressed_and_later_turns_know_of_it(
    edited: list[str], tmp_path: Path
) -> None:
    with providing() as (url, seen):
        upstream = ("--openai-url", f"{url}/v1", "--anthropic-url", url)
        ran, told = trace(edited, tmp_path / "traced", *upstream, "--suppress", "get_weather=snow in Oslo")
    assert (ran.code, ran.out) == (0, "get_weather: snow in Oslo; add: 5; add: 9\n"), ran.err
    assert ran.errands == ERRANDS[:2], "the weather was never asked for"
    assert sorted((use.name, str(use.result)) for use in told.tool_calls) == [
        ("add", "5"),
        ("add", "9"),
        ("get_weather", "snow in Oslo"),
    ]
    assert len(told.model_calls) == len(seen) == 3
    assert "get_weather" not in {effect.tool for effect in told.ledger().effects}
    assert told.complete


def test_hidden_turns_never_reach_the_agent_and_what_is_left_is_struck_once(
    edited: list[str], tmp_path: Path
) -> None:
    options = ("--suppress", "add=5", "--fault", "empty_result@tool:get_weather")
    ran, told = trace(edited, tmp_path / "traced", "--sim", "planned:Planned", *options)
    assert (ran.code, ran.out) == (0, "get_weather: ; add: 5; add: 5\n"), ran.err
    assert ran.errands == ERRANDS[2:]
    assert (len(told.model_calls), ran.asked) == (2, 3)
    assert [use.name for use in told.tool_calls].count("add") == 2
    struck = [use.call.marks for use in told.tool_calls if use.call and use.name == "get_weather"]
    assert struck == [("fault:empty_result",)]
    assert "add" not in {effect.tool for effect in told.ledger().effects}
