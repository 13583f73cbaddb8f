"""LangChain's create_agent, as its quickstart has it."""

from errands import QUESTION, add, get_weather
from langchain.agents import create_agent

agent = create_agent(model="openai:gpt-4o-mini", tools=[get_weather, add])
result = agent.invoke({"messages": [{"role": "user", "content": QUESTION}]})
print(result["messages"][-1].content)
