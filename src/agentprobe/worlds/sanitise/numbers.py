"""Amounts and measures: common ones stay, rare ones become others nearby in the same order."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import Keyed
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.counted import Counted
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.schema import Column, Table

Floats = NDArray[np.float64]
_STEPS = (1000.0, 500.0, 100.0, 50.0, 10.0, 5.0, 1.0, 0.5)
"""How people round, coarsest first."""
_ENDINGS = (0.99, 0.95, 0.9, 0.49)
"""Prices end so because they sell better; such an end is kept."""
_OCTAVE_PARTS = 8
"""A knot every eighth of a doubling: a rare value moves by some 4 % at most, one in the tail by more."""
_LARGEST_ROUNDED = 1e15
"""Beyond it a float has no digits behind the point, and no habits."""
_MOST_LOG = 1023.99
_TAIL = 20
"""The largest so many values make the tail."""


class Numbers:
    """Moves rare numbers a little: equal ones equally, and larger ones above smaller ones but for rounding.

    A value in at least `common` rows stays, since nobody is known by it. Others move by a few per cent along
    a growing curve that the key bends; the largest ones by up to a fifth. Sign, zero, whole numbers,
    decimals, and habits (multiples of 5, ends of .99) stay. What is not kept: that an amount is the sum of
    the rows that refer to it, and exact ratios between columns.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.MONEY, Role.NUMBER})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._counted: dict[tuple[str, str], Counted] = {}
        self._curves: dict[tuple[str, str], _Curve] = {}

    @classmethod
    def of(cls, setting: Setting, _words: object) -> Numbers:
        """The treatment for a snapshot."""
        return cls(setting)

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """Count the values."""
        for column in table.having(*self.roles):
            if column.name in batch.schema.names and column.kind not in (
                "boolean",
                "binary",
                "vector",
                "time",
            ):
                values = _floats(column, batch.column(column.name))
                sizes = pc.abs(values).filter(pc.is_finite(values))
                self._counted.setdefault((table.name, column.name), Counted()).add(sizes)

    def settle(self, key: Key) -> None:
        """Bend a curve for each column."""
        for (table, column), counted in self._counted.items():
            keyed = Keyed(key.sub("numbers", table, column))
            self._curves[table, column] = _Curve(
                keyed, *counted.numbers(), self._setting.common_in(table, column)
            )
        self._counted = {}

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The numbers that stand for a column's."""
        values = batch.column(column.name)
        curve = self._curves.get((table.name, column.name))
        if curve is None:
            return values
        told = values.dictionary_encode()
        distinct = told.dictionary
        floats = _floats(column, distinct)
        plain = pc.fill_null(floats, 0.0).to_numpy(zero_copy_only=False)
        stays = curve.keeps(plain) | ~np.isfinite(plain)
        rare = np.where(stays, 0.0, plain)
        moved = np.where(stays, plain, curve.of(rare, _step(column, rare)))
        changed = _in_type(column, moved, distinct, floats)
        mask = pa.array(stays & floats.is_valid().to_numpy(zero_copy_only=False))
        made: pa.Array[Any] = pc.if_else(mask, distinct, changed).take(told.indices)
        return made


class _Curve:
    """A growing function of sizes, fixed at what is common."""

    def __init__(self, keyed: Keyed, sizes: Floats, counts: NDArray[np.int64], common: int) -> None:
        self._common = sizes[(counts >= common) & (sizes > 0)].astype(np.float64)
        self._sizes = sizes[sizes > 0].astype(np.float64)
        self._within_one = bool(len(sizes)) and float(sizes[-1]) <= 1.0
        logs = np.log2(self._sizes) if len(self._sizes) else np.zeros(0)
        fixed = np.log2(self._common)
        tail = logs[-_TAIL] if len(logs) > 2 * _TAIL else np.inf
        knots = np.unique(np.floor(logs * _OCTAVE_PARTS).astype(np.int64)) if len(logs) else np.zeros(0, int)
        knots = np.unique(np.concatenate([knots, knots + 1]))
        turns = keyed.numbers(knots).astype(np.float64) / 2**64 * 2 - 1
        x = knots / _OCTAVE_PARTS
        # less than half the way to the next knot, so that the curve grows
        y = x + turns * np.where(x >= tail, 0.24, 0.49 / _OCTAVE_PARTS)
        y = np.maximum.accumulate(y)
        self._x, self._y = _through(x, y, fixed)

    def keeps(self, values: Floats) -> NDArray[np.bool_]:
        """Which values are common, or zero."""
        sizes = np.abs(values)
        if not len(self._common):
            made: NDArray[np.bool_] = sizes == 0
            return made
        at = np.minimum(np.searchsorted(self._common, sizes), len(self._common) - 1)
        found: NDArray[np.bool_] = (self._common[at] == sizes) | (sizes == 0)
        return found

    def of(self, values: Floats, least: Floats) -> Floats:
        """The image of each value, rounded as it was, and no smaller than one step."""
        sizes = np.abs(values)
        with np.errstate(divide="ignore"):
            logs = np.where(sizes > 0, np.log2(np.maximum(sizes, 5e-324)), 0.0)
        image = np.exp2(np.minimum(np.interp(logs, self._x, self._y), _MOST_LOG)) if len(self._x) else sizes
        huge = sizes >= _LARGEST_ROUNDED
        rounded = _rounded(np.where(huge, 1.0, image), np.where(huge, 1.0, sizes), least)
        image = np.where(huge, image, rounded)
        if self._within_one:
            image = np.minimum(image, 1.0)
        return np.where(sizes > 0, np.sign(values) * image, values)


def _through(x: Floats, y: Floats, fixed: Floats) -> tuple[Floats, Floats]:
    """A growing curve that passes through (f, f) for each fixed f."""
    if not len(fixed):
        return x, y
    between = np.searchsorted(fixed, x)
    low = np.where(between > 0, fixed[np.maximum(between - 1, 0)], -np.inf)
    high = np.where(between < len(fixed), fixed[np.minimum(between, len(fixed) - 1)], np.inf)
    y = np.clip(y, low, high)
    away = ~np.isin(x, fixed)
    all_x, all_y = np.concatenate([x[away], fixed]), np.concatenate([y[away], fixed])
    order = np.argsort(all_x, kind="stable")
    return all_x[order], np.maximum.accumulate(all_y[order])


def _rounded(image: Floats, sizes: Floats, least: Floats) -> Floats:
    """Round each image as its value is rounded."""
    result = np.where(least > 0, _stepped(image, np.maximum(least, 1e-9)), image)
    open_ones = sizes > 0
    whole = np.floor(sizes)
    for ending in _ENDINGS:
        here = open_ones & (np.abs(sizes - whole - ending) < 1e-9) & (least < 1)
        result = np.where(here, np.round(np.floor(image) + ending, 2), result)
        open_ones &= ~here
    for step in _STEPS:
        # a habit counts where it is fine enough to move at all
        here = open_ones & _multiple(sizes, step) & (sizes >= 20 * step) & (step >= least)
        result = np.where(here, _stepped(image, np.full(len(image), step)), result)
        open_ones &= ~here
    return result


def _stepped(image: Floats, step: Floats) -> Floats:
    """The nearest multiple of a step, at least one, as it would be typed: 23.7, not 23.700000000000003."""
    times = np.maximum(np.round(image / step), 1)
    return np.where(step < 1, times / np.round(1 / np.minimum(step, 1)), times * step)


def _multiple(sizes: Floats, step: float) -> NDArray[np.bool_]:
    times = sizes / step
    found: NDArray[np.bool_] = np.abs(times - np.round(times)) <= 1e-11 * np.maximum(times, 1)
    return found


def _step(column: Column, values: Floats) -> Floats:
    """The finest step that a value's type or digits show: 1 for whole numbers, 0 for measures."""
    if column.kind == "integer":
        return np.ones(len(values))
    if column.kind == "decimal":
        return np.full(len(values), 10.0 ** -min(column.size or 9, 9))
    sizes = np.abs(values)
    sizes = np.where(sizes < _LARGEST_ROUNDED, sizes, 0.5e-5)
    found = np.zeros(len(values))
    for step in (0.0001, 0.001, 0.01, 0.1, 1.0):
        found = np.where(_multiple(sizes, step) & (sizes < 1e12), step, found)
    return found


def _floats(column: Column, values: pa.Array[Any]) -> pa.Array[Any]:
    """Values as floats; a text that is no number is null."""
    if column.kind in ("date", "timestamp"):
        return pa.nulls(len(values), pa.float64())
    if column.kind != "text":
        return values.cast(pa.float64(), safe=False)
    plain = pc.match_substring_regex(values, r"^-?\d{1,15}(\.\d{1,9})?$")
    made: pa.Array[Any] = pc.if_else(plain, values, pa.scalar(None, pa.string())).cast(pa.float64())
    return made


def _in_type(column: Column, moved: Floats, old: pa.Array[Any], floats: pa.Array[Any]) -> pa.Array[Any]:
    if column.kind == "text":
        return _spelled(moved, old, floats)
    if column.kind == "integer":
        made: pa.Array[Any] = pa.array(
            np.clip(np.rint(moved), -(2.0**62), 2.0**62).astype(np.int64), old.type
        )
        return made
    if column.kind == "decimal":
        scale = old.type.scale
        text = [f"{value:.{min(scale, 15)}f}" for value in moved.tolist()]
        return pa.array(text, pa.string()).cast(old.type)
    return pa.array(moved).cast(old.type)


def _spelled(moved: Floats, old: pa.Array[Any], floats: pa.Array[Any]) -> pa.Array[Any]:
    """Numbers in texts with as many decimals as before; what is no number is told as 9s."""
    made: list[str | None] = []
    for value, before, number in zip(moved.tolist(), old.to_pylist(), floats.to_pylist(), strict=True):
        if before is None:
            made.append(None)
        elif number is None:
            made.append("".join("9" if one.isdigit() else "x" if one.isalpha() else one for one in before))
        else:
            made.append(f"{value:.{len(before.partition('.')[2])}f}")
    return pa.array(made, pa.string())
