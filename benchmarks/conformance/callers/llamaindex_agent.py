"""A LlamaIndex function agent on OpenAI's chat completions."""

import asyncio

from _task import QUESTION, refund
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.llms.openai import OpenAI

LIBRARIES = ("llama-index-core", "llama-index-llms-openai", "openai")
OWN = ("llama_index", "workflows", "openai")


async def carry_out(url, streamed):
    model = OpenAI(model="gpt-4o-mini", api_base=f"{url}/v1", api_key="simulated")
    agent = FunctionAgent(tools=[refund], llm=model, streaming=streamed)
    return str(await agent.run(QUESTION))


def ask(url, streamed):
    return asyncio.run(carry_out(url, streamed))
