"""The openai package, chat completions, in a loop of one's own."""

import json

import openai
from _task import PARAMETERS, QUESTION, refund, run_tool

LIBRARIES = ("openai", "httpx2")
OWN = ("openai",)

TOOLS = [
    {
        "type": "function",
        "function": {"name": "refund", "description": refund.__doc__, "parameters": PARAMETERS},
    }
]


def ask(url, streamed):
    client = openai.OpenAI(base_url=f"{url}/v1")
    turn = _streamed if streamed else _whole
    messages = [{"role": "user", "content": QUESTION}]
    while True:
        text, calls = turn(client, messages)
        if not calls:
            return text
        messages.append({"role": "assistant", "tool_calls": calls})
        for call in calls:
            result = run_tool(call["function"]["name"], json.loads(call["function"]["arguments"]))
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})


def _whole(client, messages):
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=TOOLS)
    message = answer.choices[0].message
    return message.content, [call.model_dump() for call in message.tool_calls or ()]


def _streamed(client, messages):
    text, calls = "", {}
    for chunk in client.chat.completions.create(
        model="gpt-4o-mini", messages=messages, tools=TOOLS, stream=True
    ):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            for part in choice.delta.tool_calls or ():
                call = calls.setdefault(part.index, {"id": part.id, "name": "", "arguments": ""})
                call["name"] += part.function.name or ""
                call["arguments"] += part.function.arguments or ""
    wishes = [
        {
            "id": call["id"],
            "type": "function",
            "function": {"name": call["name"], "arguments": call["arguments"]},
        }
        for call in calls.values()
    ]
    return text, wishes
