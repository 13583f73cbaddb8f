"""How spans of agents are to be named and what they carry, by convention and version.

What a model call, a tool call and a run are is said once, in the words of the newest GenAI convention; the
table of an older version renames what was called otherwise then. OpenInference has a form of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from agentprobe.domain.model import Message, ModelAnswer, ModelRequest, ToolCall
from agentprobe.errors import ConfigError, did_you_mean

Attributes = dict[str, Any]
OPENINFERENCE = "openinference"
RENAMED: Mapping[str, Mapping[str, str]] = {
    "genai-latest": {},
    "genai-1.41": {"gen_ai.usage.cache_write.input_tokens": "gen_ai.usage.cache_creation.input_tokens"},
}
"""By version, what was called otherwise then than now."""
CONVENTIONS = (*RENAMED, OPENINFERENCE)


def checked(name: str) -> str:
    """A convention's name; raises ConfigError for an unknown one."""
    if name not in CONVENTIONS:
        raise ConfigError(f"unknown convention '{name}'{did_you_mean(name, CONVENTIONS)}")
    return name


def named(attributes: Mapping[str, Any], convention: str) -> Attributes:
    """Attributes in the words of a GenAI version, without those that nothing is known of."""
    renamed = RENAMED.get(convention, {})
    return {renamed.get(key, key): value for key, value in attributes.items() if value not in (None, (), [])}


# -- content, which is only told where it is asked for -------------------------------------------------


def genai_content(request: ModelRequest | None, answer: ModelAnswer | None) -> Attributes:
    """What was said to the model and what it said, as JSON in the parts of the GenAI convention."""
    told: Attributes = {}
    if request is not None:
        system = [{"type": "text", "content": m.text} for m in request.messages if m.role == "system"]
        others = [_genai_message(message) for message in request.messages if message.role != "system"]
        told["gen_ai.system_instructions"] = _json(system) if system else None
        told["gen_ai.input.messages"] = _json(others)
        tools = [
            {"type": "function", "name": t.name, "description": t.description, "parameters": t.schema}
            for t in request.tools
        ]
        told["gen_ai.tool.definitions"] = _json(tools) if tools else None
    if answer is not None:
        said = Message(
            role="assistant", text=answer.text or answer.refusal or "", tool_calls=answer.tool_calls
        )
        finish = answer.finish_raw or answer.finish or ""
        told["gen_ai.output.messages"] = _json([{**_genai_message(said), "finish_reason": finish}])
    return told


def _said(answer: ModelAnswer) -> Message:
    text = answer.text or answer.refusal or ""
    return Message(role="assistant", text=text, tool_calls=answer.tool_calls)


def _genai_message(message: Message) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "text", "content": message.text}] if message.text else []
    parts += [
        {"type": "tool_call", "id": call.id, "name": call.name, "arguments": _opened(call.arguments)}
        for call in message.tool_calls
    ]
    parts += [
        {"type": "tool_call_response", "id": result.call_id, "response": result.content}
        for result in message.results
    ]
    return {"role": "tool" if message.results else message.role, "parts": parts}


def openinference_content(request: ModelRequest | None, answer: ModelAnswer | None) -> Attributes:
    """The same in OpenInference's numbered attributes."""
    told: Attributes = {}
    at = 0
    for message in request.messages if request is not None else ():
        for plain in _apart(message):
            told |= _indexed(f"llm.input_messages.{at}.message", plain)
            at += 1
    for number, tool in enumerate(request.tools if request is not None else ()):
        spec = {"name": tool.name, "description": tool.description, "parameters": tool.schema}
        told[f"llm.tools.{number}.tool.json_schema"] = _json({"type": "function", "function": spec})
    if request is not None:
        last = next((m for m in reversed(request.messages) if m.text), None)
        told["input.value"] = last.text if last is not None else None
    if answer is not None:
        said = Message(
            role="assistant", text=answer.text or answer.refusal or "", tool_calls=answer.tool_calls
        )
        told |= _indexed("llm.output_messages.0.message", said)
        told["output.value"] = said.text or None
    return told


def _apart(message: Message) -> Iterator[Message]:
    """Each result of a tool as a message of its own."""
    if message.text or message.tool_calls or not message.results:
        yield Message(role=message.role, text=message.text, tool_calls=message.tool_calls)
    for result in message.results:
        yield Message(role="tool", text=result.content, name=result.call_id)


def _indexed(prefix: str, message: Message) -> Attributes:
    told: Attributes = {f"{prefix}.role": message.role, f"{prefix}.content": message.text or None}
    if message.role == "tool":
        told[f"{prefix}.tool_call_id"] = message.name
    for number, call in enumerate(message.tool_calls):
        told |= _wish(f"{prefix}.tool_calls.{number}.tool_call", call)
    return told


def _wish(prefix: str, call: ToolCall) -> Attributes:
    return {
        f"{prefix}.id": call.id,
        f"{prefix}.function.name": call.name,
        f"{prefix}.function.arguments": call.arguments,
    }


def _opened(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return text


def _json(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=repr).decode()
