"""JSON documents: keys that stand together, and at their ends amounts, days and common words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from agentprobe.worlds.grow.chance import Units, Whole
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.columns.numbers import Numbers
from agentprobe.worlds.grow.gathered import Gathered, by_group
from agentprobe.worlds.grow.joined import Strings, chosen, joined, picked
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.schema import Column
from agentprobe.worlds.shape.arrays import pc
from agentprobe.worlds.shape.model import Field, Json, JsonLeaf

_Part = str | JsonLeaf


class JsonDocuments(ColumnGrower):
    """Draws a set of keys, and for each leaf that the shape knows a value; others stay empty."""

    @cached_property
    def _json(self) -> Json:
        assert isinstance(self.field.model, Json)
        return self.field.model

    @cached_property
    def _templates(self) -> list[list[_Part]]:
        known = {leaf.path: leaf for leaf in self._json.leaves}
        return [list(_together(_parts(msgspec.json.decode(form), "", known))) for form, _ in self._json.forms]

    def numbers(self, rows: Rows) -> Whole:
        """Which set of keys each row has."""
        found = chosen([share for _, share in self._json.forms], self.units(rows))
        return np.minimum(found, len(self._json.forms) - 1)

    def values(self, rows: Rows) -> Gathered:
        """The documents."""
        made: dict[str, Strings] = {}

        def of_form(form: int, places: Any) -> Gathered:
            parts = [
                part if isinstance(part, str) else picked(self._told(rows, part, made), places)
                for part in self._templates[form]
            ]
            if all(isinstance(part, str) for part in parts):
                return Gathered(pa.array(["".join(map(str, parts))]), np.zeros(len(places), np.int64))
            return Gathered(joined(*parts))

        return by_group(self.numbers(rows), of_form, pa.string())

    def _told(self, rows: Rows, leaf: JsonLeaf, made: dict[str, Strings]) -> Strings:
        """A leaf as it is written in each row's document."""
        if leaf.path not in made:
            made[leaf.path] = (
                self._amounts(rows, leaf) if leaf.number is not None else self._words(rows, leaf)
            )
        return made[leaf.path]

    def _words(self, rows: Rows, leaf: JsonLeaf) -> Strings:
        shares = [share for _, share in leaf.words]
        total = sum(shares)
        which = chosen([share / total for share in shares], self.units(rows, f"leaf {leaf.path}"))
        words = pa.array([msgspec.json.encode(word).decode() for word, _ in leaf.words], pa.string())
        found: Strings = picked(words, np.minimum(which, len(shares) - 1))
        return found

    def _amounts(self, rows: Rows, leaf: JsonLeaf) -> Strings:
        assert leaf.number is not None
        inner = Field(name=f"{self.field.name}/{leaf.path}", model=leaf.number)
        grower = _LeafNumbers(self.shape, inner, Column(name=inner.name, kind="float"), self.world)
        grower.outer = self.field
        found: Any = grower.values(rows).written()
        if leaf.number.places:
            told: Strings = found.cast(pa.string())
            return told
        whole = found.cast(pa.int64(), safe=False)
        if not leaf.form:
            plain: Strings = whole.cast(pa.string())
            return plain
        seconds = pc.multiply(whole, 1 if "%H" in leaf.form else 86_400).cast(pa.timestamp("s"))
        return joined('"', pc.strftime(seconds, format=leaf.form), '"')


class _LeafNumbers(Numbers):
    """Amounts within the documents of a column: thrown for whom its documents are."""

    outer: Field

    def units(self, rows: Rows, label: str = "value") -> Units:
        """What the leaf throws for each row."""
        return rows.chance(self.field.name).at(label).units(rows.who(self.outer))


def _parts(value: Any, path: str, known: dict[str, JsonLeaf]) -> Iterator[_Part]:
    """A document as it is written, with the known leaves in their places."""
    if isinstance(value, dict):
        for number, (key, inner) in enumerate(value.items()):
            yield ("," if number else "{") + msgspec.json.encode(key).decode() + ":"
            yield from _parts(inner, f"{path}.{key}" if path else key, known)
        yield "}" if value else "{}"
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield "," if number else "["
            yield from _parts(inner, f"{path}[]", known)
        yield "]" if value else "[]"
    elif isinstance(value, str | int) and not isinstance(value, bool) and _fits(value, known.get(path)):
        yield known[path]
    else:
        yield msgspec.json.encode(value).decode()


def _fits(value: str | int, leaf: JsonLeaf | None) -> bool:
    """Is a leaf of the type that stands in the bare document?"""
    return leaf is not None and isinstance(value, str) == (leaf.number is None or bool(leaf.form))


def _together(parts: Iterator[_Part]) -> Iterator[_Part]:
    """The parts with texts that follow each other put into one."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        yield text
        yield part
        text = ""
    yield text
