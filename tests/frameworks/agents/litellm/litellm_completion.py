"""A loop around litellm's completion."""

from errands import QUESTION, SCHEMAS, run
from litellm import completion

tools = [
    {"type": "function", "function": {"name": name, "parameters": schema}} for name, schema in SCHEMAS.items()
]
messages = [{"role": "user", "content": QUESTION}]
while True:
    answer = completion(model="openai/gpt-4o-mini", messages=messages, tools=tools).choices[0].message
    messages.append(answer.model_dump())
    if not answer.tool_calls:
        break
    for call in answer.tool_calls:
        result = run(call.function.name, call.function.arguments)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
print(answer.content)
