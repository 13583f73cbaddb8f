"""The openai package, chat completions, asynchronous, streamed word by word."""

import asyncio

import openai
from errands import FUNCTIONS, QUESTION, SCHEMAS, run

TOOLS = [
    {
        "type": "function",
        "function": {"name": name, "description": tool.__doc__, "parameters": SCHEMAS[name]},
    }
    for name, tool in FUNCTIONS.items()
]


async def turn(client, messages):
    """One answer: its words are printed as they come, its tool calls are put together and returned."""
    calls = {}
    stream = await client.chat.completions.create(
        model="gpt-4o-mini",
        messages=messages,
        tools=TOOLS,
        stream=True,
        stream_options={"include_usage": True},
    )
    async for chunk in stream:
        for choice in chunk.choices:
            print(choice.delta.content or "", end="", flush=True)
            for part in choice.delta.tool_calls or ():
                call = calls.setdefault(part.index, {"id": part.id, "name": "", "arguments": ""})
                call["name"] += part.function.name or ""
                call["arguments"] += part.function.arguments or ""
    return list(calls.values())


async def main():
    messages = [{"role": "user", "content": QUESTION}]
    async with openai.AsyncOpenAI() as client:
        while calls := await turn(client, messages):
            wishes = [
                {
                    "id": call["id"],
                    "type": "function",
                    "function": {"name": call["name"], "arguments": call["arguments"]},
                }
                for call in calls
            ]
            messages.append({"role": "assistant", "tool_calls": wishes})
            for call in calls:
                result = run(call["name"], call["arguments"])
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
    print()


asyncio.run(main())
