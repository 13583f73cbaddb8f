"""An agent as its owner wrote it: OpenAI's SDK for the model, the real MCP client for its tools."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import TextContent
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolUnionParam

HERE = Path(__file__).parent
PREFIX = os.environ.get("PREFIX", "")
"""What the agent puts before the names of its tools, as many frameworks do."""
SERVER = StdioServerParameters(
    command=sys.executable,
    args=["-m", "agentprobe.cli", "mcp", "--name", "desk", "--", sys.executable, str(HERE / "desk.py")],
    env={"DESK_NOTES": os.environ["DESK_NOTES"]},
)


async def main() -> None:
    async with Client(stdio_client(SERVER), mode=sys.argv[1]) as desk:
        found = (await desk.list_tools()).tools
        tools: list[ChatCompletionToolUnionParam] = [
            {"type": "function", "function": {"name": PREFIX + tool.name, "parameters": tool.input_schema}}
            for tool in found
            if tool.name in ("find_orders", "cancel_order")
        ]
        messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Tidy up."}]
        while True:
            answer = await AsyncOpenAI().chat.completions.create(
                model="gpt-4.1-mini", messages=messages, tools=tools
            )
            message = answer.choices[0].message
            if not message.tool_calls:
                print(message.content)
                return
            messages.append(message.to_dict())  # type: ignore[arg-type]  # what came goes back as it is
            for wish in message.tool_calls:
                assert wish.type == "function"
                import json

                name = wish.function.name.removeprefix(PREFIX)
                result = await desk.call_tool(name, json.loads(wish.function.arguments))
                text = "".join(block.text for block in result.content if isinstance(block, TextContent))
                messages.append({"role": "tool", "tool_call_id": wish.id, "content": text})


asyncio.run(main())
