"""A LlamaIndex function agent, as its quickstart has it."""

import asyncio

from errands import QUESTION, add, get_weather
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.llms.openai import OpenAI

agent = FunctionAgent(tools=[get_weather, add], llm=OpenAI(model="gpt-4o-mini"))


async def main():
    print(await agent.run(QUESTION))


asyncio.run(main())
