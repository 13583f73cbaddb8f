"""The openai package, responses, streamed word by word."""

import openai
from errands import FUNCTIONS, QUESTION, SCHEMAS, run

client = openai.OpenAI()
tools = [
    {"type": "function", "name": name, "description": tool.__doc__, "parameters": SCHEMAS[name]}
    for name, tool in FUNCTIONS.items()
]
items = [{"role": "user", "content": QUESTION}]
calls = True
while calls:
    for event in client.responses.create(model="gpt-5-mini", input=items, tools=tools, stream=True):
        if event.type == "response.output_text.delta":
            print(event.delta, end="", flush=True)
        elif event.type == "response.completed":
            answer = event.response
    items += answer.output
    calls = [item for item in answer.output if item.type == "function_call"]
    for call in calls:
        result = run(call.name, call.arguments)
        items.append({"type": "function_call_output", "call_id": call.call_id, "output": result})
print()
