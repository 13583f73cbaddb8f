"""What a model was asked, free of the names that providers invent anew in every run.

A provider names each tool call at random, and the next request repeats that name. Two runs that did the same
would never be the same, were such names not replaced by their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from msgspec.structs import asdict

from agentprobe.dialects import dialect_named
from agentprobe.domain.model import Message
from agentprobe.trace.diff.paths import opened
from agentprobe.trace.pair import TracedCall

_OF_ONE_RUN = frozenset({"previous_response_id"})
"""Fields that name something of this very run at the provider."""
_ENTRIES = frozenset({"messages", "input", "system", "tools", "instructions"})
"""Fields in which a dialect keeps entries that have no neutral word."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A model request as it can be compared with that of another run."""

    settings: Mapping[str, Any]
    system: str = ""
    tools: Mapping[str, Any] = field(default_factory=dict)
    """Each tool's description and schema, by name."""
    body: Any = None
    """The body as it came, where its dialect cannot read it."""
    messages: tuple[Message, ...] = ()
    """The conversation without the system's words."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """What of it has no neutral word."""

    @property
    def news(self) -> Any:
        """What the model had not been told before: all behind its own last turn."""
        begin = self._begin
        names = _called(self.messages[max(begin - 1, 0) : begin])
        return self.body or [_plain(message, names) for message in self.messages[begin:]]

    @property
    def history(self) -> Any:
        """The conversation before, and what of all of it has no neutral word."""
        names = _names(self.messages)
        told = [_plain(message, names) for message in self.messages[: self._begin]]
        kept = {name: _renamed(entries, names) for name, entries in sorted(self.kept.items())}
        return {"messages": told, "as they came": kept} if kept else {"messages": told}

    @property
    def _begin(self) -> int:
        turns = (place for place, message in enumerate(self.messages, 1) if message.role == "assistant")
        return max(turns, default=0)


def asked(call: TracedCall) -> Asked:
    """What this call asked; where its dialect is unknown, the body as it is."""
    noted = asdict(call.settings) if call.settings is not None else {}
    said = {name: value for name, value in noted.items() if value not in (None, ())}
    settings = {"model": call.name, **said}
    try:
        request = dialect_named(call.record.dialect).read_request(call.request_bytes, call.target)
    except Exception:  # noqa: BLE001 - whatever is wrong with the request, it can be compared as it is
        return Asked(settings=settings, body=call.request)
    more = {name: value for name, value in request.extra.items() if name not in _OF_ONE_RUN | _ENTRIES}
    return Asked(
        settings={**more, **settings},
        system=request.system,
        tools={tool.name: {"description": tool.description, "schema": tool.schema} for tool in request.tools},
        messages=tuple(message for message in request.messages if message.role != "system"),
        kept={name: value for name, value in request.extra.items() if name in _ENTRIES - {"tools"}},
    )


def _names(messages: Sequence[Message]) -> dict[str, str]:
    """A name for each tool call by its place in the conversation."""
    refs = (call.id for message in messages for call in message.tool_calls)
    numbers = count(1)
    names: dict[str, str] = {}
    for ref in refs:
        if ref not in names:
            names[ref] = f"call {next(numbers)}"
    return names


def _called(turn: Sequence[Message]) -> dict[str, str]:
    """A name for each tool call of the model's last turn: the tool, and which of several."""
    calls = [call for message in turn for call in message.tool_calls]
    return {call.id: f"{call.name} {place}" for place, call in enumerate(calls, start=1)}


def _plain(message: Message, names: Mapping[str, str]) -> dict[str, Any]:
    """A message as plain values, without what is empty."""
    said = {
        "role": message.role,
        "text": message.text,
        "name": message.name,
        "tool_calls": [
            {"tool": call.name, "arguments": opened(call.arguments), "ref": names.get(call.id, "")}
            for call in message.tool_calls
        ],
        "results": [
            {
                "of": names.get(result.call_id, ""),
                "content": opened(result.content),
                **({"is_error": True} if result.is_error else {}),
            }
            for result in message.results
        ],
    }
    return {key: value for key, value in said.items() if value}


def _renamed(entries: Any, names: Mapping[str, str]) -> Any:
    """Entries that were kept as text, with each tool call under its new name."""
    if not isinstance(entries, Mapping):
        return entries
    return {place: _with_names(str(text), names) for place, text in entries.items()}


def _with_names(text: str, names: Mapping[str, str]) -> str:
    for ref, name in names.items():
        text = text.replace(f'"{ref}"', f'"{name}"') if ref else text
    return text
