"""The support desk's agent on the plain openai SDK: a loop over a model and its tools."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable
from functools import cache
from typing import Any

from openai import OpenAI, Stream
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk, ChatCompletionFunctionToolParam, ChatCompletionMessage
from openai.types.chat import ChatCompletionMessageFunctionToolCall as ToolCall

from prompts import system_prompt
from tools import TOOLS, today

MODEL = os.environ.get("SUPPORT_DESK_MODEL", "gpt-4.1-mini")
MOST_STEPS = 20


def run(prompt: str, prompt_style: str = "careless", model: str = MODEL, stream: bool = False) -> str:
    """Do what the prompt asks and answer."""
    messages: list[Any] = [
        {"role": "system", "content": system_prompt(prompt_style, today())},
        {"role": "user", "content": prompt},
    ]
    for _ in range(MOST_STEPS):
        message = ask(model, messages, stream)
        messages.append(message.model_dump(exclude_none=True))
        if not message.tool_calls:
            return message.content or ""
        messages += [
            {"role": "tool", "tool_call_id": call.id, "content": perform(call)}
            for call in message.tool_calls
            if call.type == "function"
        ]
    return "I could not finish this in time."


@cache
def client() -> OpenAI:
    """The connection to the model, opened once."""
    return OpenAI(api_key=os.environ.get("OPENAI_API_KEY", "simulated"))


def ask(model: str, messages: list[Any], stream: bool) -> ChatCompletionMessage:
    """Ask the model for its next step."""
    completions, tools = client().chat.completions, [specification(tool) for tool in TOOLS]
    if not stream:
        return completions.create(model=model, messages=messages, tools=tools).choices[0].message
    state = ChatCompletionStreamState()
    chunks: Stream[ChatCompletionChunk] = completions.create(
        model=model, messages=messages, tools=tools, stream=True
    )
    for chunk in chunks:
        state.handle_chunk(chunk)
    return state.get_final_completion().choices[0].message


def perform(call: ToolCall) -> str:
    """Run a tool; what goes wrong is told to the model."""
    tools = {tool.__name__: tool for tool in TOOLS}
    try:
        return tools[call.function.name](**json.loads(call.function.arguments))
    except Exception as error:  # noqa: BLE001 - whatever it is, the model can react to it
        return f"Error: {error!r}"


def specification(tool: Callable[..., str]) -> ChatCompletionFunctionToolParam:
    """Describe a tool to the model, from its signature and its docstring."""
    words = {"str": "string", "int": "integer", "float": "number"}
    parameters = inspect.signature(tool).parameters.values()
    schema: dict[str, object] = {
        "type": "object",
        "properties": {parameter.name: {"type": words[parameter.annotation]} for parameter in parameters},
        "required": [parameter.name for parameter in parameters if parameter.default is parameter.empty],
    }
    return {
        "type": "function",
        "function": {
            "name": tool.__name__,
            "description": inspect.getdoc(tool) or "",
            "parameters": schema,
        },
    }
