"""A settings file as rules see it: plain data, and where each key stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agentprobe.scan.finding import Place

Key = str | int


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed JSON, YAML or TOML file, a front matter, or an environment file."""

    path: str
    kind: str
    """What it is for: "langgraph", "crewai", "mcp", "prompty", "agent-spec", "a2a-card", "agent-config",
    "agentprobe", "claude", "pyproject", "package", "env", "compose", "workflow", or "" where nobody knows."""
    data: Any
    places: dict[tuple[Key, ...], Place] = field(default_factory=dict, repr=False)
    raw: bytes = b""

    def place(self, *keys: Key) -> Place:
        """Where a key stands, or the nearest one around it that is known."""
        while keys:
            if keys in self.places:
                return self.places[keys]
            keys = keys[:-1]
        return Place(path=self.path)

    def get(self, *keys: Key) -> Any:
        """What stands under these keys; None where nothing does."""
        found = self.data
        for key in keys:
            try:
                found = found[key]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def walk(self) -> list[tuple[tuple[Key, ...], Any]]:
        """All keys at any depth with what stands under them, in the order of the file.

        What stands under several keys by a YAML alias is gone into once: aliases of aliases double each time.
        """
        found: list[tuple[tuple[Key, ...], Any]] = []
        waiting: list[tuple[tuple[Key, ...], Any]] = [((), self.data)]
        seen: set[int] = set()
        while waiting:
            keys, value = waiting.pop()
            if keys:
                found.append((keys, value))
            if isinstance(value, dict | list):
                if id(value) in seen:
                    continue
                seen.add(id(value))
            if isinstance(value, dict):
                waiting += reversed([((*keys, key), item) for key, item in value.items()])
            elif isinstance(value, list):
                waiting += reversed([((*keys, place), item) for place, item in enumerate(value)])
        return found
