"""The parts that Gemini's contents are made of, and the ids of calls that came without one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._fields import BROKEN, decoded
from agentprobe.dialects._made_ids import MadeIds
from agentprobe.dialects._writing import to_json
from agentprobe.domain.model import ToolCall, ToolResult

_ANSWERS = ("result", "output", "error")
"""The keys of a tool's response under which its text may stand alone."""


class Function(Struct, gc=False):
    """A function's call or its response."""

    id: str | None = None
    name: str | None = None
    args: Raw = Raw(b"{}")
    response: Raw = Raw(b"{}")
    partialArgs: list[dict[str, Any]] | None = None  # noqa: N815 - the protocol's own word
    willContinue: bool | None = None  # noqa: N815 - the same


class Part(Struct, gc=False):
    """One part; requests may be written in either spelling of protocol buffers."""

    text: str | None = None
    thought: bool | None = None
    functionCall: Function | None = None  # noqa: N815 - the protocol's own word
    function_call: Function | None = None
    functionResponse: Function | None = None  # noqa: N815 - the same
    function_response: Function | None = None

    @property
    def call(self) -> Function | None:
        """The call that it is."""
        return self.functionCall or self.function_call

    @property
    def response(self) -> Function | None:
        """The tool's response that it is."""
        return self.functionResponse or self.function_response

    @property
    def said(self) -> str:
        """Text that is no thought."""
        return "" if self.thought else self.text or ""


class Content(Struct, gc=False):
    """One turn."""

    role: str | None = None
    parts: list[Part] | None = None


class Calls:
    """The calls of one turn; one without an id gets one that the same turn has wherever it is read."""

    def __init__(self) -> None:
        self._ids = MadeIds()

    def named(self, call: Function) -> ToolCall:
        """The call in neutral words."""
        arguments = arguments_of(call.args)
        name = call.name or ""
        return ToolCall(id=call.id or self._ids.of(name, arguments), name=name, arguments=arguments)


class Pairing:
    """Which call a response answers: the one of its id, else the oldest of its name that waits for one."""

    def __init__(self) -> None:
        self._waiting: list[ToolCall] = []

    def ask(self, calls: Iterable[ToolCall]) -> None:
        """Note calls that wait for their results."""
        self._waiting += calls

    def answer(self, response: Function) -> str:
        """The id of the call that this response answers."""
        found = next((call for call in self._waiting if _answers(response, call)), None)
        if found is not None:
            self._waiting.remove(found)
        return response.id or (found.id if found is not None else "")


def _answers(response: Function, call: ToolCall) -> bool:
    return call.id == response.id if response.id else call.name == response.name


def arguments_of(given: Raw) -> str:
    """Arguments as JSON text; a string holds text that is no JSON object."""
    text = bytes(given)
    if text == b"null":
        return "{}"
    return str(decoded(given)) if text.startswith(b'"') else text.decode()


def as_object(arguments: str) -> Raw | str:
    """Arguments as the object they are, to the letter; otherwise as the text they are."""
    return Raw(arguments.strip().encode()) if is_object(arguments) else arguments


def is_object(text: str) -> bool:
    """Is this text a JSON object?"""
    try:
        return isinstance(decoded(Raw(text.encode())), dict)
    except (*BROKEN, msgspec.MsgspecError):
        return False


def result_of(response: Function, call_id: str) -> ToolResult:
    """What a tool gave: its text where there is only that, else its JSON."""
    told = decoded(response.response)
    if isinstance(told, dict) and len(told) == 1:
        ((key, text),) = told.items()
        if key in _ANSWERS and isinstance(text, str):
            return ToolResult(call_id=call_id, content=text, is_error=key == "error")
    return ToolResult(call_id=call_id, content=bytes(response.response).decode())


def response_of(result: ToolResult) -> Any:
    """A result as the protocol tells it; JSON objects stand as they are."""
    text = result.content
    if not result.is_error and is_object(text):
        as_it_is = Function(response=Raw(text.encode()))
        if result_of(as_it_is, result.call_id) == result:
            return Raw(text.encode())
    return {"error" if result.is_error else "result": text}


def write_response(result: ToolResult, name: str, call_id: str | None) -> bytes:
    """A part that tells a result; without an id where its call had none."""
    named = {"id": call_id} if call_id else {}
    return to_json({"functionResponse": {**named, "name": name, "response": response_of(result)}})
