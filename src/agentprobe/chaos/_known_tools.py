"""Which tools an agent has, as far as the calls that come by tell: for faults that name them."""

from __future__ import annotations

from typing import Any

from agentprobe.chaos._replies import spoken_in
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import ToolSpec
from agentprobe.domain.wire import HttpRequest
from agentprobe.errors import Malformed

LIST = "tools/list"


class KnownTools:
    """Takes note of requests and lists in passing, and reads them when somebody asks."""

    def __init__(self) -> None:
        self._asked: Call | None = None
        self._listed: dict[str, ToolSpec] = {}

    def note(self, call: Call, outcome: Outcome) -> None:
        """Take note of a call and what came of it."""
        if call.kind is Kind.MODEL:
            self._asked = call
        elif call.kind is Kind.STATE and call.name == LIST:
            self._listed |= {tool.name: tool for tool in listed(outcome)}

    def __call__(self) -> tuple[ToolSpec, ...]:
        """The tools, each once."""
        offered = offered_in(self._asked) if self._asked is not None else ()
        return (
            *offered,
            *(tool for tool in self._listed.values() if tool.name not in {t.name for t in offered}),
        )


def no_tools() -> tuple[ToolSpec, ...]:
    """No tools are known."""
    return ()


def offered_in(call: Call) -> tuple[ToolSpec, ...]:
    """The tools that a model call offers; none where it cannot be read."""
    dialect = spoken_in(call)
    if dialect is None or not isinstance(call.request, HttpRequest):
        return ()
    try:
        return dialect.read_request(plain_request(call.request), call.request.target).tools
    except Malformed:
        return ()


def entries_in(outcome: Outcome) -> list[dict[str, Any]]:
    """The entries of a tool server's list."""
    value = outcome.value if outcome.ok else None
    result = value.get("result") if isinstance(value, dict) else None
    tools = result.get("tools") if isinstance(result, dict) else None
    return [tool for tool in tools if _names(tool)] if isinstance(tools, list) else []


def listed(outcome: Outcome) -> tuple[ToolSpec, ...]:
    """The tools that a tool server lists."""
    return tuple(
        ToolSpec(
            name=tool["name"], description=str(tool.get("description") or ""), schema=tool.get("inputSchema")
        )
        for tool in entries_in(outcome)
    )


def _names(tool: Any) -> bool:
    return isinstance(tool, dict) and isinstance(tool.get("name"), str)


def text_argument(tool: ToolSpec) -> str:
    """The name of an argument that takes a text, a required one first; nothing where there is none."""
    schema = tool.schema if isinstance(tool.schema, dict) else {}
    properties = schema.get("properties")
    texts = (
        [name for name, told in properties.items() if _is_text(told)] if isinstance(properties, dict) else []
    )
    required = schema.get("required")
    first = [name for name in texts if isinstance(required, list) and name in required]
    return str(next(iter([*first, *texts]), ""))


def _is_text(told: Any) -> bool:
    kind = told.get("type") if isinstance(told, dict) else None
    return kind in ("string", "STRING") or (isinstance(kind, list) and "string" in kind)
