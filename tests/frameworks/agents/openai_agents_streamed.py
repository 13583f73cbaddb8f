"""The OpenAI Agents SDK with its defaults, streamed word by word."""

import asyncio

from agents import Agent, Runner, function_tool
from errands import QUESTION, add, get_weather

agent = Agent(
    name="Clerk",
    instructions="Use your tools.",
    tools=[function_tool(get_weather), function_tool(add)],
)


async def main():
    result = Runner.run_streamed(agent, QUESTION)
    async for event in result.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            print(event.data.delta, end="", flush=True)
    print()


asyncio.run(main())
