"""An Agno agent, as its quickstart has it."""

from agno.agent import Agent
from agno.models.openai import OpenAIChat
from errands import QUESTION, add, get_weather

agent = Agent(model=OpenAIChat(id="gpt-4o-mini"), tools=[get_weather, add])
print(agent.run(QUESTION).content)
