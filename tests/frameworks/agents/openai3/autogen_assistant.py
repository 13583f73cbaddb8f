"""An AutoGen assistant, as its quickstart has it."""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient
from errands import QUESTION, add, get_weather

agent = AssistantAgent(
    "clerk",
    model_client=OpenAIChatCompletionClient(model="gpt-4o-mini"),
    tools=[get_weather, add],
    max_tool_iterations=5,
)


async def main():
    result = await agent.run(task=QUESTION)
    print(result.messages[-1].content)


asyncio.run(main())
