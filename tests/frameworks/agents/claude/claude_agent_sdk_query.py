"""A Claude agent with two functions as tools, by the Claude Agent SDK."""

import asyncio

from claude_agent_sdk import (
    AssistantMessage,
    ClaudeAgentOptions,
    TextBlock,
    create_sdk_mcp_server,
    query,
    tool,
)
from errands import QUESTION
from errands import add as add_up
from errands import get_weather as look


@tool("get_weather", "Tell the weather in a city.", {"city": str})
async def get_weather(given):
    return {"content": [{"type": "text", "text": look(given["city"])}]}


@tool("add", "Add two whole numbers.", {"a": int, "b": int})
async def add(given):
    return {"content": [{"type": "text", "text": str(add_up(given["a"], given["b"]))}]}


async def main():
    server = create_sdk_mcp_server("errands", tools=[get_weather, add])
    options = ClaudeAgentOptions(
        mcp_servers={"errands": server},
        allowed_tools=["mcp__errands__get_weather", "mcp__errands__add"],
        tools=[],
        model="claude-haiku-4-5",
    )
    said = ""
    async for message in query(prompt=QUESTION, options=options):
        if isinstance(message, AssistantMessage):
            said = "".join(block.text for block in message.content if isinstance(block, TextBlock)) or said
    print(said)


asyncio.run(main())
