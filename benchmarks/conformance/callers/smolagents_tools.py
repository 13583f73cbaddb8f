"""A smolagents agent that calls tools, on OpenAI's chat completions."""

from _task import QUESTION, refund
from smolagents import OpenAIServerModel, ToolCallingAgent, tool

LIBRARIES = ("smolagents", "openai")
OWN = ("smolagents", "openai")


def ask(url, streamed):
    model = OpenAIServerModel("gpt-4o-mini", api_base=f"{url}/v1", api_key="simulated")
    agent = ToolCallingAgent(tools=[tool(refund)], model=model, verbosity_level=0, stream_outputs=streamed)
    return agent.run(QUESTION)
