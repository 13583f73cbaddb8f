"""PydanticAI on Anthropic."""

from errands import QUESTION, add, get_weather
from pydantic_ai import Agent

agent = Agent("anthropic:claude-sonnet-4-5", instructions="Use your tools.", tools=[get_weather, add])
print(agent.run_sync(QUESTION).output)
