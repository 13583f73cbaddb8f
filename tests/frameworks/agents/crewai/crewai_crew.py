"""A CrewAI crew of one, as its quickstart has it."""

from crewai import Agent, Crew, Task
from crewai.tools import tool
from errands import QUESTION, add, get_weather

clerk = Agent(
    role="Clerk",
    goal="Answer questions",
    backstory="You use your tools.",
    llm="openai/gpt-4o-mini",
    tools=[tool(get_weather), tool(add)],
)
task = Task(description=QUESTION, expected_output="The answer", agent=clerk)
print(Crew(agents=[clerk], tasks=[task]).kickoff().raw)
