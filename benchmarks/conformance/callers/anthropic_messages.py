"""The anthropic package, messages, in a loop of one's own."""

import anthropic
from _task import PARAMETERS, QUESTION, refund, run_tool

LIBRARIES = ("anthropic", "httpx2")
OWN = ("anthropic",)

TOOLS = [{"name": "refund", "description": refund.__doc__, "input_schema": PARAMETERS}]


def ask(url, streamed):
    client = anthropic.Anthropic(base_url=url, api_key="simulated")
    turn = _streamed if streamed else _whole
    messages = [{"role": "user", "content": QUESTION}]
    while True:
        answer = turn(client, messages)
        calls = [block for block in answer.content if block.type == "tool_use"]
        if not calls:
            return "".join(block.text for block in answer.content if block.type == "text")
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": run_tool(call.name, call.input)}
            for call in calls
        ]
        messages.append({"role": "assistant", "content": answer.content})
        messages.append({"role": "user", "content": results})


def _whole(client, messages):
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=1024, messages=messages, tools=TOOLS)


def _streamed(client, messages):
    with client.messages.stream(
        model="claude-sonnet-4-5", max_tokens=1024, messages=messages, tools=TOOLS
    ) as stream:
        return stream.get_final_message()
