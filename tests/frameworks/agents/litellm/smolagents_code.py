"""A smolagents agent that writes code, as its quickstart has it."""

from errands import QUESTION, add, get_weather
from smolagents import CodeAgent, OpenAIServerModel, tool

agent = CodeAgent(
    tools=[tool(get_weather), tool(add)], model=OpenAIServerModel("gpt-4o-mini"), verbosity_level=0
)
print(agent.run(QUESTION))
