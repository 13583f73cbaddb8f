"""What an agent's searches brought back when it was asked: a list of one teaches it nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from agentprobe.trace.tools import ToolUse
from agentprobe.trace.view import Trace
from agentprobe.worlds.asked.finding import Finding

_TOTALS = ("total", "count", "total_count", "found", "hits")


def look(traces: Iterable[Trace]) -> Iterator[Finding]:
    """How many rows the calls brought back that gave lists; none is said where no call gave one."""
    sizes = [size for trace in traces for use in trace.tool_calls if (size := rows_in(use)) is not None]
    if sizes:
        yield Finding(
            about="results",
            said=f"tool calls that gave lists: {len(sizes):,}; rows of the longest: {max(sizes):,}",
            trivial=max(sizes) <= 1,
            loosest=max(sizes),
        )


def rows_in(use: ToolUse) -> int | None:
    """How many rows a tool gave, or said that there are; None where it gave no list."""
    return _size(_read(use.result))


def _read(result: Any) -> Any:
    if not isinstance(result, str):
        return result
    try:
        return json.loads(result)
    except ValueError:
        return None


def _size(value: Any) -> int | None:
    if isinstance(value, list):
        return len(value)
    if not isinstance(value, dict):
        return None
    lists = [len(one) for one in value.values() if isinstance(one, list)]
    totals = [value[name] for name in _TOTALS if isinstance(value.get(name), int)]
    return max([*lists, *totals], default=None) if lists else None
