"""A request's list of tools, read once: agents send the same one with every request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from msgspec import Raw

from agentprobe.dialects._kept import Kept, Sayable
from agentprobe.domain.model import ToolSpec


class ToolLists:
    """Reads tools as `specs` tells them (None for one without a neutral word) and keeps what says more."""

    def __init__(self, specs: Callable[[bytes], Iterable[ToolSpec | None]], sayable: Sayable[Any]) -> None:
        self._specs = specs
        self._sayable = sayable
        self._known = lru_cache(maxsize=128)(self._read)

    def read(self, raw: Raw, extra: dict[str, Any]) -> tuple[ToolSpec, ...]:
        """The tools in our words; those that say more stand in `extra` as they came."""
        tools, kept = self._known(bytes(raw))
        if kept:
            extra["tools"] = dict(kept)
        return tools

    def _read(self, text: bytes) -> tuple[tuple[ToolSpec, ...], Kept]:
        tools = tuple([spec for spec in self._specs(text) if spec is not None])
        return tools, self._sayable.others(Raw(text))
