"""What real frameworks keep, snapshot by snapshot: bounded, clean, and never at the agent's cost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import agentprobe
from agentprobe.adapters import frameworks
from agentprobe.adapters.frameworks._snapshot import Seen, after
from agentprobe.trace.body import unpacked
from agentprobe.trace.read import read_trace
from agentprobe.trace.records import StateRecord

SECRET = "sk-" + "a1B2" * 12


def kept(tmp_path: Path, act: Callable[[], object]) -> tuple[object, list[StateRecord]]:
    """What came of an act within a session, and the snapshots in its trace."""
    path = tmp_path / "trace.jsonl"
    with agentprobe.session(trace=path):
        came = act()
    assert "a1B2a1B2" not in path.read_text()
    return came, list(read_trace(path).states)


def lookup(city: str) -> str:
    """Look the weather up."""
    return f"rain in {city}"


def test_the_messages_of_a_pydantic_ai_run_are_kept_after_each_answer(tmp_path: Path) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.models.test import TestModel

    agent = Agent(TestModel(), name="clerk", tools=[lookup])
    _, states = kept(tmp_path, lambda: asyncio.run(agent.run(f"my key is {SECRET}")))
    assert [(state.name, state.source) for state in states] == [("agent clerk", "pydantic-ai")] * 2
    assert [message["kind"] for message in unpacked(states[-1].value)["messages"]] == [
        "request",
        "response",
        "request",
        "response",
    ]


def test_the_results_of_tools_that_end_a_pydantic_ai_run_are_kept(tmp_path: Path) -> None:
    from pydantic import BaseModel
    from pydantic_ai import Agent
    from pydantic_ai.models.test import TestModel

    class Forecast(BaseModel):
        rain: bool

    agent: Agent[None, Forecast] = Agent(TestModel(call_tools=[]), output_type=Forecast)
    _, states = kept(tmp_path, lambda: asyncio.run(agent.run("well?")))
    parts = unpacked(states[-1].value)["messages"][-1]["parts"]
    assert [part["part_kind"] for part in parts] == ["tool-return"]


def test_an_openai_agents_run_keeps_what_its_session_brought(tmp_path: Path) -> None:
    from agents import Agent, Runner, SQLiteSession
    from agents.items import ModelResponse
    from agents.models.interface import Model
    from agents.usage import Usage
    from openai.types.responses import ResponseOutputMessage, ResponseOutputText

    said = ResponseOutputText(annotations=[], text="Well.", type="output_text")
    message = ResponseOutputMessage(
        id="m1", content=[said], role="assistant", status="completed", type="message"
    )

    class Saying(Model):
        async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
            return ModelResponse(output=[message], usage=Usage(), response_id="r1")

        def stream_response(self, *args: Any, **kwargs: Any) -> Any:
            raise NotImplementedError

    agent = Agent(name="Clerk", model=Saying())
    session = SQLiteSession("desk")

    def act() -> None:
        for words in (f"my key is {SECRET}", "and now?"):
            asyncio.run(Runner.run(agent, words, session=session))
        session.close()

    _, states = kept(tmp_path, act)
    assert [(state.name, state.source, state.ref) for state in states] == [
        ("agent Clerk", "openai-agents", "r1")
    ] * 2
    assert [item["role"] for item in unpacked(states[-1].value)["input"]] == ["user", "assistant", "user"]


def test_a_part_without_a_plain_value_is_told_by_its_type(tmp_path: Path) -> None:
    act = after(lambda: Seen(name="box", values={"things": ["one", object()]}), source="box")(lambda: 7)
    came, states = kept(tmp_path, act)
    assert came == 7
    assert unpacked(states[0].value) == {"things": ["one", {"$repr": "<object>"}]}


MOVED = """
import asyncio
from agentprobe.adapters.frameworks._snapshot import after

def look():
    raise AttributeError("it has moved")

async def look_async():
    raise AttributeError("it has moved too")

async def work():
    return 8

act = after(look, source="box")(lambda: 7)
print(act(), act(), asyncio.run(after(look_async, source="crate")(work)()))
"""


def test_a_state_that_cannot_be_read_is_said_once_and_never_felt(tmp_path: Path) -> None:
    script, out = tmp_path / "agent.py", tmp_path / "trace.jsonl"
    script.write_text(MOVED)
    words = [
        sys.executable,
        "-m",
        "agentprobe.cli",
        "trace",
        "--out",
        str(out),
        "--",
        sys.executable,
        str(script),
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "7 7 8\n", done.stderr
    told = read_trace(out)
    assert not told.states
    missed = [
        (way.name, way.why) for record in told.coverage for way in record.ways if way.name in ("box", "crate")
    ]
    assert missed == [
        ("box", "a snapshot could not be taken: AttributeError: it has moved"),
        ("crate", "a snapshot could not be taken: AttributeError: it has moved too"),
    ]


def test_without_a_session_nobody_looks() -> None:
    looked = []
    act = after(lambda: looked.append(1), source="box")(lambda: 7)
    assert act() == 7
    assert not looked


def test_every_framework_whose_state_is_kept_says_what_of_it() -> None:
    kinds = [frameworks.framework(name) for name in frameworks.names()]
    assert sum(1 for kind in kinds if kind.state) >= 12
    assert all(kind.state or kind.tools for kind in kinds)
