"""PydanticAI on OpenAI with its defaults (the responses API)."""

from errands import QUESTION, add, get_weather
from pydantic_ai import Agent

agent = Agent("openai:gpt-5-mini", instructions="Use your tools.", tools=[get_weather, add])
print(agent.run_sync(QUESTION).output)
