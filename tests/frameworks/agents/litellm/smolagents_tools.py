"""A smolagents agent that calls tools, as its quickstart has it."""

from errands import QUESTION, add, get_weather
from smolagents import OpenAIServerModel, ToolCallingAgent, tool

agent = ToolCallingAgent(
    tools=[tool(get_weather), tool(add)], model=OpenAIServerModel("gpt-4o-mini"), verbosity_level=0
)
print(agent.run(QUESTION))
