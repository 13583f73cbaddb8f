"""The openai package, responses, in a loop of one's own."""

import json

import openai
from _task import PARAMETERS, QUESTION, refund, run_tool

LIBRARIES = ("openai", "httpx2")
OWN = ("openai",)

TOOLS = [{"type": "function", "name": "refund", "description": refund.__doc__, "parameters": PARAMETERS}]


def ask(url, streamed):
    client = openai.OpenAI(base_url=f"{url}/v1")
    turn = _streamed if streamed else _whole
    items = [{"role": "user", "content": QUESTION}]
    while True:
        text, output = turn(client, items)
        calls = [item for item in output if item.type == "function_call"]
        if not calls:
            return text
        items += output
        for call in calls:
            result = run_tool(call.name, json.loads(call.arguments))
            items.append({"type": "function_call_output", "call_id": call.call_id, "output": result})


def _whole(client, items):
    answer = client.responses.create(model="gpt-5-mini", input=items, tools=TOOLS)
    return answer.output_text, answer.output


def _streamed(client, items):
    """The words as they come; what the model wishes for is taken from the items that are done."""
    text, output = "", []
    for event in client.responses.create(model="gpt-5-mini", input=items, tools=TOOLS, stream=True):
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type == "response.output_item.done":
            output.append(event.item)
    return text, output
