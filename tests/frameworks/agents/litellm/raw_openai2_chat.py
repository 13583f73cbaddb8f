"""The openai package, chat completions, in a loop of one's own."""

import openai
from errands import FUNCTIONS, QUESTION, SCHEMAS, run

client = openai.OpenAI()
tools = [
    {
        "type": "function",
        "function": {"name": name, "description": tool.__doc__, "parameters": SCHEMAS[name]},
    }
    for name, tool in FUNCTIONS.items()
]
messages = [{"role": "user", "content": QUESTION}]
while True:
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=tools)
    message = answer.choices[0].message
    if not message.tool_calls:
        break
    messages.append(message)
    for call in message.tool_calls:
        result = run(call.function.name, call.function.arguments)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
print(message.content)
