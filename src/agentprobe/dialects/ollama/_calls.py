"""Ollama's tool calls and results, and the ids by which they find each other."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Raw, Struct

from agentprobe.dialects._fields import decoded
from agentprobe.dialects._made_ids import MadeIds
from agentprobe.domain.model import ToolCall


class Function(Struct, gc=False, frozen=True):
    """What is to be called."""

    name: str = ""
    arguments: Raw = Raw(b"{}")


class Call(Struct, gc=False):
    """A tool call; its own id is known to newer servers only, and kept by few clients."""

    id: str | None = None
    function: Function = Function()


class Said(Struct, gc=False):
    """A message, of a request or an answer."""

    role: str = ""
    content: str | None = None
    thinking: str | None = None
    tool_calls: list[Call] | None = None
    tool_name: str | None = None
    tool_call_id: str | None = None


class Calls:
    """Names the calls of one turn."""

    def __init__(self) -> None:
        self._ids = MadeIds()

    def named(self, call: Call) -> ToolCall:
        """The call in neutral words."""
        arguments = _text(call.function.arguments)
        name = call.function.name
        return ToolCall(id=self._ids.of(name, arguments), name=name, arguments=arguments)


def _text(given: Raw) -> str:
    text = bytes(given)
    if text == b"null":
        return "{}"
    return str(decoded(given)) if text.startswith(b'"') else text.decode()


class Pairing:
    """Which call a result belongs to: the one whose id it tells, else the oldest of its tool that waits."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, ToolCall]] = []

    def ask(self, wished: Iterable[tuple[Call, ToolCall]]) -> None:
        """Note calls that wait for their results."""
        self._waiting += [(call.id or "", named) for call, named in wished]

    def answer(self, said: Said) -> str:
        """The id of the call that this message answers."""
        found = next((one for one in self._waiting if _fits(said, *one)), None)
        if found is None:
            return said.tool_call_id or said.tool_name or ""
        self._waiting.remove(found)
        return found[1].id


def _fits(said: Said, own: str, call: ToolCall) -> bool:
    if said.tool_call_id:
        return said.tool_call_id in (own, call.id)
    return said.tool_name in (None, "", call.name)
