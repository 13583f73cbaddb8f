// Node with nothing but fetch, in a loop of one's own.
import { appendFileSync } from "node:fs";

const functions = {
  get_weather: ({ city }) => `rain in ${city}`,
  add: ({ a, b }) => a + b,
};
const number = { type: "integer" };
const schemas = {
  get_weather: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  add: { type: "object", properties: { a: number, b: number }, required: ["a", "b"] },
};
const tools = Object.keys(functions).map((name) => ({
  type: "function",
  function: { name, parameters: schemas[name] },
}));

async function ask(messages) {
  for (let attempt = 0; attempt < 3; attempt++) {
    const response = await fetch(`${process.env.OPENAI_BASE_URL}/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${process.env.OPENAI_API_KEY}`,
      },
      body: JSON.stringify({ model: "gpt-4o-mini", messages, tools }),
    });
    if (response.ok) return (await response.json()).choices[0].message;
  }
  throw new Error("no answer in three attempts");
}

const question = "What is the weather in Oslo, and how much is 2 + 3 + 4?";
const messages = [{ role: "user", content: question }];
let message = await ask(messages);
while (message.tool_calls?.length) {
  messages.push(message);
  for (const call of message.tool_calls) {
    const given = JSON.parse(call.function.arguments);
    const result = String(functions[call.function.name](given));
    const line = { name: call.function.name, arguments: given, result };
    appendFileSync(process.env.ERRANDS, JSON.stringify(line) + "\n");
    messages.push({ role: "tool", tool_call_id: call.id, content: result });
  }
  message = await ask(messages);
}
console.log(message.content);
