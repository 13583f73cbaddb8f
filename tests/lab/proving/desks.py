"""An agent at a desk that pays money back, to be filled with flaws."""

from __future__ import annotations

AGENT = """
import json

from openai import OpenAI

import agentprobe

TOOLS = [{{"type": "function", "function": {{"name": "refund", "parameters": {{"type": "object"}}}}}}]
client = OpenAI({client})


@agentprobe.tool(effect="write", key="order")
def refund(order: str, amount: float) -> str:
    return f"refunded {{amount}} for {{order}}"


def ask(messages):
{ask}


def run(prompt: str) -> str:
    messages = [{{"role": "user", "content": prompt}}]
    {rounds}
        answer = ask(messages)
        message = answer.choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls:
            result = refund(**json.loads(call.function.arguments))
            messages.append({{"role": "tool", "tool_call_id": call.id, "content": result}})
    raise RuntimeError("it did not come to an end")
"""
PLAIN = 'return client.chat.completions.create(model="gpt-4.1-mini", messages=messages, tools=TOOLS)'
ASKS = f"    {PLAIN}"
