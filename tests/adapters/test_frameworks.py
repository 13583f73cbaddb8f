"""Agents of real frameworks, unchanged but for `@agentprobe.tool`: every model and tool call is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import agentprobe
from agentprobe.dialects import dialect_named
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall, Usage
from agentprobe.domain.wire import HttpRequest, Piece
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

if TYPE_CHECKING:
    from agentprobe.adapters.active import Active

CHAT = dialect_named("openai_chat")


@agentprobe.tool(effect="read")
def find_customer(name: str, suburb: str | None = None) -> str:
    """Find a customer.

    Args:
        name: Their name.
        suburb: Where they live.
    """
    return json.dumps([{"name": name, "id": "C-1", "suburb": suburb}])


@agentprobe.tool(effect="write", key="order")
async def refund(order: str, amount: int = 10) -> str:
    """Give money back.

    Args:
        order: The order's id.
        amount: In whole units.
    """
    return f"refunded {amount} for {order}"


def careful(request: HttpRequest) -> Generator[Piece, None, None]:
    """A model that looks the customer up, refunds, and then says so."""
    asked = CHAT.read_request(request.body)
    results = sum(len(message.results) for message in asked.messages)
    calls = {
        0: (
            ToolCall(id="1", name="find_customer", arguments='{"name": "Ann"}'),
            ToolCall(id="2", name="find_customer", arguments='{"name": "Bob"}'),
        ),
        2: (ToolCall(id="3", name="refund", arguments='{"order": "A-1", "amount": 7}'),),
    }.get(results, ())
    answer = ModelAnswer(
        id="chatcmpl-1",
        model=asked.model,
        text="" if calls else "Refunded.",
        tool_calls=calls,
        finish=Finish.TOOL_CALLS if calls else Finish.STOP,
        usage=Usage(input_tokens=10, output_tokens=5),
    )
    reply = CHAT.write_answer(answer, asked)
    yield reply.head
    yield from reply.chunks


def check(trace: Trace) -> None:
    """Three model calls and three tool calls, each once, and one write."""
    assert len(trace.model_calls) == 3
    uses = [(use.name, use.seen, use.answered) for use in trace.tool_calls]
    assert sorted(uses) == [
        ("find_customer", "process", True),
        ("find_customer", "process", True),
        ("refund", "process", True),
    ]
    assert trace.tool_calls[-1].arguments == {"order": "A-1", "amount": 7}
    assert trace.tool_calls[-1].result == "refunded 7 for A-1"
    assert dict(trace.ledger().times()) == {'refund {"order":"A-1"}': 1}
    assert trace.complete


def langgraph_agent(active: Active) -> str:
    """A small graph of a model and its tools, streamed inside as graphs do it."""
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.prebuilt import ToolNode, tools_condition

    tools = [tool(find_customer), tool(refund)]
    model = ChatOpenAI(model="gpt-x").bind_tools(tools)

    async def think(state: Any) -> dict[str, Sequence[Any]]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    graph: Any = StateGraph(MessagesState)
    graph.add_node("think", think)
    graph.add_node("tools", ToolNode(tools))
    graph.add_edge(START, "think")
    graph.add_conditional_edges("think", tools_condition)
    graph.add_edge("tools", "think")
    ask = {"messages": [("user", "Refund Ann's order A-1")]}
    return str(active.run(graph.compile().ainvoke(ask))["messages"][-1].content)


def openai_agents_agent(active: Active) -> str:
    from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool, set_tracing_disabled
    from openai import AsyncOpenAI

    set_tracing_disabled(True)
    agent = Agent(
        name="desk",
        model=OpenAIChatCompletionsModel("gpt-x", AsyncOpenAI()),
        tools=[function_tool(find_customer), function_tool(refund)],
    )
    return str(active.run(Runner.run(agent, "Refund Ann's order A-1")).final_output)


def pydantic_ai_agent(active: Active) -> str:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel

    agent: Any = Agent(OpenAIChatModel("gpt-x"), tools=[find_customer, refund])
    return str(active.run(agent.run("Refund Ann's order A-1")).output)


@pytest.mark.parametrize("agent", [langgraph_agent, openai_agents_agent, pydantic_ai_agent])
def test_an_agent_of_a_framework_is_recorded_whole(agent: Callable[[Active], str], tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    with agentprobe.session(trace=path, model=careful) as active:
        assert agent(active) == "Refunded."
    check(read_trace(path))


@pytest.mark.parametrize("agent", [langgraph_agent, openai_agents_agent, pydantic_ai_agent])
def test_an_agent_of_a_framework_comes_through_a_rate_limit_on_virtual_time(
    agent: Callable[[Active], str], tmp_path: Path
) -> None:
    path = tmp_path / "t.jsonl"
    with agentprobe.session(
        trace=path, model=careful, schedule="rate_limited(retry_after=60)@model:2", virtual=True
    ) as active:
        assert agent(active) == "Refunded."
    trace = read_trace(path)
    assert [call.status for call in trace.model_calls] == [200, 429, 200, 200]
    assert len(trace.logical_calls) == 3
    assert active.session.clock.now() >= 60
