"""The OpenAI Agents SDK with its defaults: the responses API."""

from agents import Agent, Runner, function_tool
from errands import QUESTION, add, get_weather

agent = Agent(
    name="Clerk",
    instructions="Use your tools.",
    tools=[function_tool(get_weather), function_tool(add)],
)
print(Runner.run_sync(agent, QUESTION).final_output)
