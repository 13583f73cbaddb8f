"""A Google ADK agent on Gemini, run in memory."""

import asyncio

from _task import QUESTION, ToldOfError, refund
from google.adk.agents import Agent, RunConfig
from google.adk.agents.run_config import StreamingMode
from google.adk.models import Gemini
from google.adk.runners import InMemoryRunner
from google.genai import types

LIBRARIES = ("google-adk", "google-genai")
OWN = ("google",)


async def carry_out(url, streamed):
    model = Gemini(model="gemini-2.5-flash", base_url=url)
    agent = Agent(name="clerk", model=model, instruction="You use your tools.", tools=[refund])
    runner = InMemoryRunner(agent, app_name="desk")
    session = await runner.session_service.create_session(app_name="desk", user_id="me")
    question = types.Content(role="user", parts=[types.Part(text=QUESTION)])
    mode = StreamingMode.SSE if streamed else StreamingMode.NONE
    answer = None
    async for event in runner.run_async(
        user_id="me", session_id=session.id, new_message=question, run_config=RunConfig(streaming_mode=mode)
    ):
        if event.error_code:
            raise ToldOfError(f"{event.error_code}: {event.error_message}")
        if event.is_final_response():
            answer = "".join(
                part.text or "" for part in (event.content and event.content.parts) or () if not part.thought
            )
    return answer


def ask(url, streamed):
    return asyncio.run(carry_out(url, streamed))
