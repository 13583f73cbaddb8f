"""Under which name a server knows a tool, where its client was told another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Tool = Mapping[str, Any]
_WORDS = frozenset({"name", "title", "description", "annotations", "_meta"})
"""What two entries may differ in and still be one tool under two names."""
_UNKNOWN = "-"
"""Behind a tool's name: makes one that no server has, so that it refuses the call in its own words."""


class Names:
    """The names of tools at their server, as far as the list that the client got says otherwise.

    A tool that the list does not tell any more is unknown to the server from then on, and one that is told
    under two names is the same under both.
    """

    def __init__(self) -> None:
        self._at_server: dict[str, str] = {}

    def at_server(self, name: str) -> str:
        """What to call the tool that the client calls so."""
        return self._at_server.get(name, name)

    def listed(self, came: Sequence[Tool], told: Sequence[Tool]) -> None:
        """Take note of a list, as it came from the server and as the client was told it."""
        own, known = ({_name(tool): tool for tool in tools} for tools in (came, told))
        gone = [name for name in own if name not in known]
        for name in own:
            self._at_server.pop(name, None)
        for name in gone:
            self._at_server[name] = name + _UNKNOWN
        before = ""
        for name, tool in known.items():
            if name in own:
                before = name
            elif (found := _same(tool, gone, before, own)) is not None:
                self._at_server[name] = before = found
                gone = [one for one in gone if one != found]


def _same(tool: Tool, gone: Sequence[str], before: str, own: Mapping[str, Tool]) -> str | None:
    """The server's name of a tool that it does not list itself: one that is gone, else the one before it."""
    candidates = [*gone, *([before] if before else [])]
    return next((name for name in candidates if _lasting(own[name]) == _lasting(tool)), None)


def _lasting(tool: Tool) -> dict[str, Any]:
    return {key: value for key, value in tool.items() if key not in _WORDS}


def _name(tool: Tool) -> str:
    return str(tool.get("name", ""))


def tools_in(answer: Mapping[str, Any]) -> list[Tool]:
    """The tools in the answer to a request for their list."""
    result = answer.get("result")
    tools = result.get("tools") if isinstance(result, Mapping) else None
    return [tool for tool in tools if isinstance(tool, Mapping)] if isinstance(tools, list) else []
