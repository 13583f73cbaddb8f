"""What the simulated model reads: its instructions, the user's request, and what its tools said."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Manner:
    """Which rules the instructions hold; each is known by words of the prompt."""

    narrows: bool
    asks: bool
    pages: bool
    statuses: bool
    dates: bool
    slots: bool
    verifies: bool
    doubts: bool
    today: str

    @classmethod
    def read(cls, system: str) -> Manner:
        """Find the rules in a system prompt."""
        day = re.search(r"Today is (\S+)\.", system)
        rules = {field.name: RULES[field.name] in system for field in fields(cls) if field.name in RULES}
        return cls(**rules, today=day[1] if day else "")


RULES = {
    "narrows": "Narrow every search",
    "asks": "ask which one is meant",
    "pages": "compare it with its total and read on",
    "statuses": "active when their status is 'active'",
    "dates": "valid today",
    "slots": "held for somebody else is not free",
    "verifies": "check that it took effect",
    "doubts": "ask it once more",
}


@dataclass(frozen=True)
class Wish:
    """What the user asks for."""

    text: str
    name: str
    suburb: str
    born: str
    item: str
    placed: str
    day: str
    skill: str

    @classmethod
    def read(cls, text: str) -> Wish:
        """Understand a request."""

        def found(pattern: str) -> str:
            match = re.search(pattern, text)
            return match[1] if match else ""

        names = r"((?:[A-Z][\w'-]*)(?: [A-Z][\w'-]*)*)"
        return cls(
            text,
            name=found(rf"[Cc]ustomer {names}"),
            suburb=found(rf"from {names}"),
            born=found(r"born (?:on )?(\d{4}-\d\d-\d\d)"),
            item=found(r"the (\w+) of \d"),
            placed=found(r"the \w+ of (\d{4}-\d\d-\d\d)"),
            day=found(r"on (\d{4}-\d\d-\d\d) in the afternoon"),
            skill=found(r"repair ([a-z ]+)"),
        )


@dataclass(frozen=True)
class Taken:
    """A step that was taken: the arguments a tool was called with, and what it said."""

    arguments: Row
    result: Row
    error: str = ""

    @classmethod
    def read(cls, arguments: str, content: str) -> Taken:
        """Read a tool call and its result as the conversation holds them."""
        given, result = _object(arguments) or {}, _object(content)
        if result is None:
            return cls(given, {}, content or "the tool said nothing")
        return cls(given, result, str(result.get("error", "")))

    def rows(self, noun: str) -> list[Row]:
        """The rows of that kind in the result, each once."""
        rows = self.result.get(noun) or []
        return list({json.dumps(row, sort_keys=True): row for row in rows}.values())

    def fits(self, noun: str) -> bool:
        """Is the result whole, and about what was asked?"""
        rows, page = self.rows(noun), self.arguments.get("page", 1)
        asked = {key: str(value).lower() for key, value in self.arguments.items() if value}
        about = all(
            str(row[key]).lower() == value for row in rows for key, value in asked.items() if key in row
        )
        return bool(rows) and about and self.result.get("page", page) == page


def _object(text: str) -> Row | None:
    """Read a JSON object; None when it is something else."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
