"""An agent as its owner wrote it: the MCP client for its tools, the model over HTTP or by OpenAI's SDK."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx2
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import TextContent

HERE = Path(__file__).parent
PREFIX = os.environ.get("PREFIX", "")
"""What the agent puts before the names of its tools, as many frameworks do."""
SERVER = StdioServerParameters(
    command=sys.executable,
    args=["-m", "agentprobe.cli", "mcp", "--name", "desk", "--", sys.executable, str(HERE / "desk.py")],
    env={"DESK_NOTES": os.environ["DESK_NOTES"]},
)


async def answered(**asked: Any) -> dict[str, Any]:
    """The model's next message; the SDK takes a second to load, so it is used where it is asked for."""
    if "SDK" in os.environ:
        from openai import AsyncOpenAI

        said = await AsyncOpenAI().chat.completions.create(**asked)
        return said.choices[0].message.to_dict()  # type: ignore[no-any-return]  # what came goes back as it is
    async with httpx2.AsyncClient(timeout=60) as client:
        reply = await client.post("https://api.openai.com/v1/chat/completions", json=asked)
        message: dict[str, Any] = reply.raise_for_status().json()["choices"][0]["message"]
        return message


async def main() -> None:
    async with Client(stdio_client(SERVER), mode=sys.argv[1]) as desk:
        found = (await desk.list_tools()).tools
        tools = [
            {"type": "function", "function": {"name": PREFIX + tool.name, "parameters": tool.input_schema}}
            for tool in found
            if tool.name in ("find_orders", "cancel_order")
        ]
        messages: list[dict[str, Any]] = [{"role": "user", "content": "Tidy up."}]
        while True:
            message = await answered(model="gpt-4.1-mini", messages=messages, tools=tools)
            if not message.get("tool_calls"):
                print(message["content"])
                return
            messages.append(message)
            for wish in message["tool_calls"]:
                name = wish["function"]["name"].removeprefix(PREFIX)
                result = await desk.call_tool(name, json.loads(wish["function"]["arguments"]))
                text = "".join(block.text for block in result.content if isinstance(block, TextContent))
                messages.append({"role": "tool", "tool_call_id": wish["id"], "content": text})


asyncio.run(main())
