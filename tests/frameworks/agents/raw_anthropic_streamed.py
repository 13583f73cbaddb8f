"""The anthropic package, messages, asynchronous, streamed word by word."""

import asyncio

import anthropic
from errands import FUNCTIONS, QUESTION, SCHEMAS, run

TOOLS = [
    {"name": name, "description": tool.__doc__, "input_schema": SCHEMAS[name]}
    for name, tool in FUNCTIONS.items()
]


async def turn(client, messages):
    """One answer, its words printed as they come."""
    async with client.messages.stream(
        model="claude-sonnet-4-5", max_tokens=1024, messages=messages, tools=TOOLS
    ) as stream:
        async for text in stream.text_stream:
            print(text, end="", flush=True)
        return await stream.get_final_message()


async def main():
    messages = [{"role": "user", "content": QUESTION}]
    async with anthropic.AsyncAnthropic() as client:
        while (answer := await turn(client, messages)).stop_reason == "tool_use":
            results = [
                {"type": "tool_result", "tool_use_id": block.id, "content": run(block.name, block.input)}
                for block in answer.content
                if block.type == "tool_use"
            ]
            messages.append({"role": "assistant", "content": answer.content})
            messages.append({"role": "user", "content": results})
    print()


asyncio.run(main())
