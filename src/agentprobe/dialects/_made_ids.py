"""Ids for tool calls that came without one: the same wherever their turn is told."""

from __future__ import annotations

from collections import Counter
from typing import Any

from msgspec import Raw

from agentprobe.basis.canonical import digest_of
from agentprobe.dialects._fields import BROKEN, decoded


class MadeIds:
    """Makes the ids of one turn's calls of what they say, and of how many like them came before."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, name: str, arguments: str) -> str:
        """The id of the next call in this turn."""
        same = digest_of([name, _meaning(arguments)])
        self._seen[same] += 1
        return f"call_{digest_of([same, self._seen[same]])[:24]}"


def _meaning(arguments: str) -> Any:
    try:
        return decoded(Raw(arguments.encode()))
    except BROKEN:
        return arguments
