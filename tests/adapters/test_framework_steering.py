"""What a tool raises to steer its framework is marked, and no failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import agentprobe
from agentprobe.adapters.frameworks._tool_run import ToolRun, led
from agentprobe.trace.read import read_trace
from agentprobe.trace.troubles import tool_trouble


def told(tmp_path: Path, act: Callable[[], object]) -> list[tuple[str, tuple[str, ...], bool]]:
    """Of each tool call in a session: its name, its marks, and whether something went wrong in it."""
    path = tmp_path / "trace.jsonl"
    with agentprobe.session(trace=path):
        act()
    uses = read_trace(path).tool_calls
    return [(use.name, use.call.marks if use.call else (), tool_trouble(use) is not None) for use in uses]


def test_a_langgraph_tool_that_waits_for_a_person_has_not_failed(tmp_path: Path) -> None:
    from langchain_core.messages import AIMessage
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.prebuilt import ToolNode
    from langgraph.types import Command, interrupt

    def pay(amount: int) -> str:
        """Pay."""
        return f"paid {amount}: {interrupt('may I?')}"

    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode([pay]))
    graph.add_edge(START, "tools")
    app = graph.compile(checkpointer=InMemorySaver())
    wish = AIMessage("", tool_calls=[{"id": "call_1", "name": "pay", "args": {"amount": 3}}])
    thread: Any = {"configurable": {"thread_id": "t1"}}
    asked: Any = {"messages": [wish]}

    def act() -> None:
        app.invoke(asked, thread)
        came = app.invoke(Command(resume="yes"), thread)
        assert came["messages"][-1].content == "paid 3: yes"

    assert told(tmp_path, act) == [("pay", ("agent:steered",), False), ("pay", (), False)]


def test_a_pydantic_ai_tool_that_asks_the_model_to_try_again_has_not_failed(tmp_path: Path) -> None:
    from pydantic_ai import Agent, ModelRetry
    from pydantic_ai.models.test import TestModel

    asked = []

    async def lookup(city: str) -> str:
        """Look the weather up."""
        asked.append(city)
        if len(asked) == 1:
            raise ModelRetry("which Oslo?")
        return "rain"

    agent = Agent(TestModel(), tools=[lookup])
    assert told(tmp_path, lambda: asyncio.run(agent.run("well?"))) == [
        ("lookup", ("agent:steered",), False),
        ("lookup", (), False),
    ]


def test_any_other_exception_of_a_tool_is_its_failure(tmp_path: Path) -> None:
    def broken() -> None:
        raise LookupError("no such city")

    def act() -> None:
        with pytest.raises(LookupError, match="no such city"):
            led(broken, ToolRun(name="broken"))()

    assert told(tmp_path, act) == [("broken", (), True)]
