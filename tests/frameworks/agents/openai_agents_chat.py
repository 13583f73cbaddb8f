"""The OpenAI Agents SDK told to use chat completions."""

from agents import Agent, Runner, function_tool, set_default_openai_api
from errands import QUESTION, add, get_weather

set_default_openai_api("chat_completions")
agent = Agent(
    name="Clerk",
    instructions="Use your tools.",
    model="gpt-4o-mini",
    tools=[function_tool(get_weather), function_tool(add)],
)
print(Runner.run_sync(agent, QUESTION).final_output)
