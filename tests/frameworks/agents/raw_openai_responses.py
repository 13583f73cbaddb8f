"""The openai package, responses, in a loop of one's own."""

import openai
from errands import FUNCTIONS, QUESTION, SCHEMAS, run

client = openai.OpenAI()
tools = [
    {"type": "function", "name": name, "description": tool.__doc__, "parameters": SCHEMAS[name]}
    for name, tool in FUNCTIONS.items()
]
items = [{"role": "user", "content": QUESTION}]
while True:
    answer = client.responses.create(model="gpt-5-mini", input=items, tools=tools)
    items += answer.output
    calls = [item for item in answer.output if item.type == "function_call"]
    if not calls:
        break
    for call in calls:
        result = run(call.name, call.arguments)
        items.append({"type": "function_call_output", "call_id": call.call_id, "output": result})
print(answer.output_text)
