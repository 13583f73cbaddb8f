"""An agent of Microsoft's agent-framework, as its quickstart has it."""

import asyncio

from agent_framework import Agent
from agent_framework.openai import OpenAIChatCompletionClient
from errands import QUESTION, add, get_weather

agent = Agent(
    client=OpenAIChatCompletionClient(model="gpt-4o-mini"),
    instructions="You use your tools.",
    tools=[get_weather, add],
)


async def main():
    print(await agent.run(QUESTION))


asyncio.run(main())
