"""PydanticAI on OpenAI's chat completions, streamed word by word."""

import asyncio

from errands import QUESTION, add, get_weather
from pydantic_ai import Agent

agent = Agent("openai-chat:gpt-4o-mini", instructions="Use your tools.", tools=[get_weather, add])


async def main():
    async with agent.run_stream(QUESTION) as result:
        async for text in result.stream_text(delta=True):
            print(text, end="", flush=True)
    print()


asyncio.run(main())
