"""A CrewAI crew of one on OpenAI's chat completions."""

from _task import QUESTION, refund
from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool

LIBRARIES = ("crewai", "openai")
OWN = ("crewai", "openai")


def ask(url, streamed):
    model = LLM(model="openai/gpt-4o-mini", base_url=f"{url}/v1", api_key="simulated", stream=streamed)
    clerk = Agent(
        role="Clerk",
        goal="Do what you are asked",
        backstory="You use your tools.",
        llm=model,
        tools=[tool(refund)],
    )
    task = Task(description=QUESTION, expected_output="What was done", agent=clerk)
    return Crew(agents=[clerk], tasks=[task]).kickoff().raw
