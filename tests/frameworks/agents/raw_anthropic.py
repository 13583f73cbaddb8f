"""The anthropic package, messages, in a loop of one's own."""

import anthropic
from errands import FUNCTIONS, QUESTION, SCHEMAS, run

client = anthropic.Anthropic()
tools = [
    {"name": name, "description": tool.__doc__, "input_schema": SCHEMAS[name]}
    for name, tool in FUNCTIONS.items()
]
messages = [{"role": "user", "content": QUESTION}]
while True:
    answer = client.messages.create(
        model="claude-sonnet-4-5", max_tokens=1024, messages=messages, tools=tools
    )
    if answer.stop_reason != "tool_use":
        break
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": run(block.name, block.input)}
        for block in answer.content
        if block.type == "tool_use"
    ]
    messages.append({"role": "assistant", "content": answer.content})
    messages.append({"role": "user", "content": results})
print("".join(block.text for block in answer.content if block.type == "text"))
