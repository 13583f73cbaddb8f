"""The OpenAI Agents SDK with its default, the responses API."""

import asyncio

from _task import QUESTION, refund
from agents import Agent, OpenAIResponsesModel, Runner, function_tool
from openai import AsyncOpenAI

LIBRARIES = ("openai-agents", "openai")
OWN = ("agents", "openai")


async def carry_out(url, streamed):
    client = AsyncOpenAI(base_url=f"{url}/v1")
    agent = Agent(
        name="Clerk",
        instructions="Use your tools.",
        model=OpenAIResponsesModel("gpt-5-mini", client),
        tools=[function_tool(refund)],
    )
    if not streamed:
        return (await Runner.run(agent, QUESTION)).final_output
    result = Runner.run_streamed(agent, QUESTION)
    async for _ in result.stream_events():
        pass
    return result.final_output


def ask(url, streamed):
    return asyncio.run(carry_out(url, streamed))
