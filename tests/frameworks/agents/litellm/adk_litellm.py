"""A Google ADK agent over LiteLLM, run in memory."""

import asyncio

from errands import QUESTION, add, get_weather
from google.adk.agents import Agent
from google.adk.models.lite_llm import LiteLlm
from google.adk.runners import InMemoryRunner
from google.genai import types

agent = Agent(
    name="clerk",
    model=LiteLlm(model="openai/gpt-4o-mini"),
    instruction="You use your tools.",
    tools=[get_weather, add],
)


async def main():
    runner = InMemoryRunner(agent, app_name="desk")
    session = await runner.session_service.create_session(app_name="desk", user_id="me")
    question = types.Content(role="user", parts=[types.Part(text=QUESTION)])
    async for event in runner.run_async(user_id="me", session_id=session.id, new_message=question):
        if event.is_final_response():
            print(event.content.parts[0].text)


asyncio.run(main())
