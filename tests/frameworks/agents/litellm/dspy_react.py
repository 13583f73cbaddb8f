"""A DSPy ReAct agent, as its quickstart has it."""

import dspy
from errands import QUESTION, add, get_weather

dspy.configure(lm=dspy.LM("openai/gpt-4o-mini", cache=False))
agent = dspy.ReAct("question -> answer", tools=[get_weather, add])
print(agent(question=QUESTION).answer)
