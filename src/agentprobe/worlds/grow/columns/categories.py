"""Words of few kinds, each as often as the shape tells, and as another category of the row has it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from agentprobe.worlds.grow.chance import Whole
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.gathered import Gathered
from agentprobe.worlds.grow.joined import Strings, chosen
from agentprobe.worlds.grow.measure import Measure
from agentprobe.worlds.grow.remembered import Remembered
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.grow.spelling import speller
from agentprobe.worlds.shape.model import Category


class Categories(ColumnGrower):
    """Draws a word, and where the shape knows on what it depends, by that."""

    @cached_property
    def _category(self) -> Category:
        assert isinstance(self.field.model, Category)
        return self.field.model

    def numbers(self, rows: Rows) -> Whole:
        """Which word each row has."""
        units = self.units(rows)
        shares = [share for _, share in self._category.values]
        found = chosen(_whole(shares), units)
        if self._category.given in rows.grower.columns:
            given = rows.numbers(self._category.given)
            for number, row in enumerate(self._category.by):
                at = given == number
                if any(row):
                    found = np.where(at, chosen(_whole(row), units), found)
        return np.minimum(found, len(shares) - 1)

    def values(self, rows: Rows) -> Gathered:
        """The words, in the column's type."""
        found = Gathered(self._words, rows.numbers(self.field.name))
        others = self._category.others
        if others is None:
            return found
        rare = np.flatnonzero(self.units(rows, "rare") < self._category.rest)
        number = Measure.of(others.spectrum).draw(self.units(rows, "which")[rare])
        return found.changed([(rare, self._rare.spelled(number))])

    @cached_property
    def _rare(self) -> Remembered:
        assert self._category.others is not None
        return Remembered(speller(self._category.others, self.world.at("rare", self.field.name)).spelled)

    @cached_property
    def _words(self) -> Strings:
        words: list[Any] = [value for value, _ in self._category.values]
        if self.column.kind == "boolean":
            return pa.array([word.lower() in ("true", "1", "t", "yes") for word in words], pa.bool_())
        if self.column.kind in ("integer", "float"):
            return pa.array([float(word) for word in words])
        return pa.array(words, pa.string())


def _whole(shares: list[float] | tuple[float, ...]) -> list[float]:
    total = sum(shares) or 1.0
    return [share / total for share in shares]
