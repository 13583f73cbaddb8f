"""A Strands agent, as its quickstart has it."""

from errands import QUESTION, add, get_weather
from strands import Agent, tool
from strands.models.openai import OpenAIModel

agent = Agent(
    model=OpenAIModel(model_id="gpt-4o-mini"), tools=[tool(get_weather), tool(add)], callback_handler=None
)
print(str(agent(QUESTION)).strip())
