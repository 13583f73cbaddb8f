"""PydanticAI on OpenAI's chat completions."""

from errands import QUESTION, add, get_weather
from pydantic_ai import Agent

agent = Agent("openai-chat:gpt-4o-mini", instructions="Use your tools.", tools=[get_weather, add])
print(agent.run_sync(QUESTION).output)
