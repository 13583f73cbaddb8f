"""PydanticAI on OpenAI's chat completions."""

import asyncio

from _task import QUESTION, refund
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

LIBRARIES = ("pydantic-ai-slim", "openai")
OWN = ("pydantic_ai", "openai")


async def carry_out(url, streamed):
    model = OpenAIChatModel("gpt-4o-mini", provider=OpenAIProvider(base_url=f"{url}/v1", api_key="simulated"))
    agent = Agent(model, instructions="Use your tools.", tools=[refund])
    if not streamed:
        return (await agent.run(QUESTION)).output
    async with agent.run_stream(QUESTION) as result:
        return "".join([text async for text in result.stream_text(delta=True)])


def ask(url, streamed):
    return asyncio.run(carry_out(url, streamed))
