"""A function's call that is streamed argument by argument, put together."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Raw

from agentprobe.dialects._writing import to_json
from agentprobe.dialects.gemini._parts import Function

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\[\"((?:[^\"\\]|\\.)*)\"\]")
_VALUES = ("stringValue", "numberValue", "boolValue", "nullValue")
_LONGEST = 10_000
"""No list of arguments is longer; a number above it is no place in one."""


class Partial:
    """What has come of a call so far."""

    def __init__(self) -> None:
        self._id: str | None = None
        self._name: str | None = None
        self._arguments: dict[str, Any] = {}

    def take(self, call: Function) -> None:
        """Add what one part tells."""
        self._id, self._name = self._id or call.id, self._name or call.name
        for told in call.partialArgs or ():
            path = _steps(str(told.get("jsonPath") or ""))
            value = next((_value(name, told[name]) for name in _VALUES if name in told), None)
            if path:
                _put(self._arguments, path, value)

    def whole(self) -> Function:
        """The call as it would have come in one piece."""
        return Function(id=self._id, name=self._name, args=Raw(to_json(self._arguments)))


def _value(name: str, given: Any) -> Any:
    if name == "nullValue":
        return None
    is_whole = name == "numberValue" and isinstance(given, float) and given.is_integer()
    return int(given) if is_whole else given


def _steps(path: str) -> list[str | int]:
    found = _STEP.finditer(path.removeprefix("$"))
    return [int(step[2]) if step[2] else str(step[1] or step[3] or step[4] or "") for step in found]


def _put(into: Any, path: list[str | int], value: Any) -> None:
    """Set a value, or add to a text that stands there already; steps that lead nowhere are passed over."""
    *way, last = path
    for step, following in zip(way, path[1:], strict=True):
        into = _inner(into, step, [] if isinstance(following, int) else {})
    before = _inner(into, last, None)
    _set(into, last, before + value if isinstance(before, str) and isinstance(value, str) else value)


def _inner(into: Any, step: str | int, fresh: Any) -> Any:
    if isinstance(into, dict):
        return into.setdefault(str(step), fresh) if fresh is not None else into.get(str(step))
    if isinstance(into, list) and isinstance(step, int) and step < _LONGEST:
        into.extend([None] * (step + 1 - len(into)))
        if into[step] is None:
            into[step] = fresh
        return into[step]
    return fresh


def _set(into: Any, step: str | int, value: Any) -> None:
    if isinstance(into, dict):
        into[str(step)] = value
    elif isinstance(into, list) and isinstance(step, int) and step < len(into):
        into[step] = value
