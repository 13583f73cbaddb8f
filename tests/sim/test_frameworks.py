"""Agents of whole frameworks, played offline by the `tools` policy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import anthropic
import openai
import pytest
from pydantic import BaseModel, SecretStr

from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policies.tools import Tools
from agentprobe.sim.server import background

CITIES = {"amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "indigo", "juniper"}


class Report(BaseModel):
    """What an agent is to answer with."""

    city: str
    people: int


def weather(city: str) -> str:
    """The weather in a city."""
    assert city in CITIES
    return f"rain in {city}"


def clock(city: str, seconds: bool) -> str:
    """The time in a city."""
    assert city in CITIES
    return f"noon in {city}, seconds {seconds}"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with background(SimulatedModel(Tools(), seed=1)) as url:
        yield url


@pytest.mark.parametrize("streaming", [False, True])
def test_a_langgraph_agent_goes_through_both_tools_to_an_answer(url: str, streaming: bool) -> None:
    from langchain_core.messages import HumanMessage
    from langchain_openai import ChatOpenAI
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.prebuilt import ToolNode, tools_condition

    with openai.OpenAI(base_url=f"{url}/v1", api_key="any") as client:
        chat = ChatOpenAI(
            model="m", client=client.chat.completions, api_key=SecretStr("any"), streaming=streaming
        )
        model = chat.bind_tools([weather, clock])
        graph = StateGraph(MessagesState)
        graph.add_node("model", lambda state: {"messages": [model.invoke(state["messages"])]})
        graph.add_node("tools", ToolNode([weather, clock]))
        graph.add_edge(START, "model")
        graph.add_conditional_edges("model", tools_condition)
        graph.add_edge("tools", "model")
        said = graph.compile().invoke({"messages": [HumanMessage("hello")]})["messages"]
    assert [message.type for message in said] == ["human", "ai", "tool", "tool", "ai"]
    assert said[-1].content.startswith("The tools said: rain in")


def test_an_openai_agents_agent_answers_in_the_schema_it_demands(url: str) -> None:
    from agents import Agent, OpenAIChatCompletionsModel, RunConfig, Runner, function_tool

    async def run() -> object:
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="any") as client:
            model = OpenAIChatCompletionsModel("m", client)
            agent = Agent(name="a", model=model, tools=[function_tool(weather)], output_type=Report)
            ran = await Runner.run(agent, "hello", run_config=RunConfig(tracing_disabled=True))
        return ran.final_output

    report = asyncio.run(run())
    assert isinstance(report, Report)
    assert report.city in CITIES


def test_a_pydantic_ai_agent_on_anthropic_goes_through_both_tools(url: str) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    async def run() -> str:
        async with anthropic.AsyncAnthropic(base_url=url, api_key="any") as client:
            model = AnthropicModel("simulated", provider=AnthropicProvider(anthropic_client=client))
            return (await Agent(model, tools=[weather, clock]).run("hello")).output

    said = asyncio.run(run())
    assert "rain in" in said
    assert "noon in" in said
