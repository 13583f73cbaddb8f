"""Drawing values that fit a JSON Schema: what a simulated model fills a tool's arguments with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

DEEPEST = 6
"""How deep optional parts are followed in a schema that holds itself."""
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "indigo", "juniper")
FORMATS = {
    "date": "2026-01-05",
    "date-time": "2026-01-05T09:00:00Z",
    "time": "09:00:00Z",
    "duration": "P1D",
    "email": "ann@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000001",
}
Schema = Mapping[str, Any]


def draw_value(schema: Any, dice: Random) -> Any:
    """A value that the schema allows; where it says nothing, a word. Patterns are not obeyed."""
    return _Drawing(schema, dice).value(schema, 0)


class _Drawing:
    """One drawing from one schema, whose definitions it knows."""

    def __init__(self, root: Any, dice: Random) -> None:
        self._root = root
        self._dice = dice
        self._kinds: dict[str, Callable[[Schema, int], Any]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._integer,
            "number": self._number,
            "boolean": lambda _schema, _depth: self._dice.random() < 0.5,
            "null": lambda _schema, _depth: None,
        }

    def value(self, schema: Any, depth: int) -> Any:
        if not isinstance(schema, Mapping):
            return self._dice.choice(WORDS)
        schema = self._whole(schema)
        if "const" in schema:
            return schema["const"]
        for given in ("enum", "examples"):
            if isinstance(schema.get(given), list) and schema[given]:
                return self._dice.choice(schema[given])
        for choice in ("anyOf", "oneOf"):
            if isinstance(schema.get(choice), list) and schema[choice]:
                return self.value(self._one_of(schema[choice], depth), depth + 1)
        return self._kinds.get(self._kind(schema, depth), self._string)(schema, depth)

    def _whole(self, schema: Schema) -> Schema:
        """The schema with what it refers to and all that `allOf` adds."""
        for _ in range(DEEPEST):
            if "$ref" in schema:
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = {**self._definition(schema["$ref"]), **rest}
            elif schema.get("allOf"):
                rest = {key: value for key, value in schema.items() if key != "allOf"}
                schema = _joined(rest, *(self._whole(part) for part in schema["allOf"]))
            else:
                return schema
        return {}

    def _definition(self, reference: str) -> Schema:
        found = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            found = found.get(step, {}) if isinstance(found, Mapping) and step else found
        return found if isinstance(found, Mapping) else {}

    def _one_of(self, choices: list[Any], depth: int) -> Any:
        """One of several schemas; deep down the simplest, so that drawing ends."""
        plain = [c for c in choices if isinstance(c, Mapping) and c.get("type") not in ("object", "array")]
        if depth >= DEEPEST:
            ends = [c for c in plain if "$ref" not in c]
            return (ends or plain or choices)[0]
        wanted = [c for c in choices if not (isinstance(c, Mapping) and c.get("type") == "null")]
        return self._dice.choice(wanted or choices)

    def _kind(self, schema: Schema, depth: int) -> str:
        kind = schema.get("type")
        if isinstance(kind, list):
            named = [one for one in kind if one != "null"] or ["null"]
            kind = "null" if depth >= DEEPEST and "null" in kind else self._dice.choice(named)
        if isinstance(kind, str):
            return kind
        return "object" if "properties" in schema else "array" if "items" in schema else "string"

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        parts = schema.get("properties", {})
        required = schema.get("required", ())
        named = {name: parts.get(name) for name in (*parts, *required)}
        return {
            name: self.value(part, depth + 1)
            for name, part in named.items()
            if name in required or (depth < DEEPEST and self._dice.random() < 0.5)
        }

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        least = int(schema.get("minItems", 0 if depth >= DEEPEST else 1))
        most = min(int(schema.get("maxItems", least + 1)), least + 1)
        first = schema.get("prefixItems", [])
        length = max(self._dice.randint(least, max(least, most)), 0)
        made = [
            self.value(first[at] if at < len(first) else schema.get("items"), depth + 1)
            for at in range(length)
        ]
        return _distinct(made, least) if schema.get("uniqueItems") else made

    def _string(self, schema: Schema, _depth: int) -> str:
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        word = self._dice.choice(WORDS)
        least = int(schema.get("minLength", 0))
        word *= -(-least // len(word)) or 1
        return word[: int(schema.get("maxLength", max(least, len(word))))]

    def _integer(self, schema: Schema, _depth: int) -> int:
        step = schema.get("multipleOf", 1)
        if isinstance(step, float) and not step.is_integer():
            step = 1
        low, high = _range(schema, smallest=1)
        first = math.ceil(low / step)
        return self._dice.randint(first, max(first, math.floor(high / step))) * int(step)

    def _number(self, schema: Schema, _depth: int) -> float:
        step = schema.get("multipleOf")
        low, high = _range(schema, smallest=0.01)
        if step:
            first = math.ceil(low / step)
            return self._dice.randint(first, max(first, math.floor(high / step))) * float(step)
        return min(max(round(self._dice.uniform(low, high), 2), low), high)


def _range(schema: Schema, smallest: float) -> tuple[float, float]:
    """The numbers a schema allows; where it gives no end, about a hundred of them."""
    low = schema.get("minimum")
    if (above := schema.get("exclusiveMinimum")) is not None:
        low = max(above + smallest, above + smallest if low is None else low)
    high = schema.get("maximum")
    if (below := schema.get("exclusiveMaximum")) is not None:
        high = min(below - smallest, below - smallest if high is None else high)
    if low is None:
        low = 1 if high is None or high >= 1 else high - 100
    return low, low + 99 if high is None else high


def _joined(*schemas: Schema) -> Schema:
    """One schema that asks for all that several ask for."""
    joined: dict[str, Any] = {}
    for schema in schemas:
        joined.update({key: value for key, value in schema.items() if key not in ("properties", "required")})
    joined["properties"] = {name: part for s in schemas for name, part in s.get("properties", {}).items()}
    joined["required"] = list(dict.fromkeys(name for s in schemas for name in s.get("required", ())))
    return {key: value for key, value in joined.items() if value or key not in ("properties", "required")}


def _distinct(values: list[Any], least: int) -> list[Any]:
    """The values without repetitions, as far as so many remain."""
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept if len(kept) >= least else values
