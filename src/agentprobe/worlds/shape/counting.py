"""How values are counted: with noise where it is asked for, and nothing told of what fewer than `k` rows
have."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.shape.arrays import Values, pc
from agentprobe.worlds.shape.model import Weighted
from agentprobe.worlds.shape.spectrum import Spectrum, spectrum_of

Counts: TypeAlias = "npt.NDArray[np.float64]"


@dataclass(frozen=True)
class Counting:
    """The rules of one profile.

    With `epsilon`, every histogram gets Laplace noise of scale 2/epsilon on each of its counts (one row
    more or less changes a count of counts in two places). Each histogram by itself is then
    epsilon-differentially private for the number of rows with each value; a shape holds many of them, and
    the promises add up. Not covered: the schema, the number of rows of a table, which words a category has
    (the rule of `k`), quantiles and the rates of slips within entities, which are told as they are.
    """

    k: int = 5
    epsilon: float | None = None
    noise: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def noisy(self, counts: npt.NDArray[Any]) -> Counts:
        """Counts as they may be told."""
        found = np.asarray(counts, np.float64)
        if self.epsilon is None:
            return found
        return np.maximum(np.round(found + self.noise.laplace(0, 2 / self.epsilon, len(found))), 0)

    def spectrum(self, counts: npt.NDArray[Any]) -> Spectrum:
        """How often values recur; with noise on how many values have each count."""
        if self.epsilon is None:
            return spectrum_of(counts)
        sizes, many = np.unique(np.asarray(counts, np.float64), return_counts=True)
        return spectrum_of(np.repeat(sizes, self.noisy(many).astype(int)))

    def told(self, values: Values, *, most: int = 200) -> tuple[Weighted, float]:
        """Words that `k` rows have, with their shares; and the share of rows with others."""
        words, counts = counted(values)
        noisy = self.noisy(counts)
        total = float(noisy.sum())
        kept = [
            (word, count)
            for word, count in sorted(
                zip(words, noisy.tolist(), strict=True), key=lambda one: (-one[1], one[0])
            )
            if count >= self.k
        ][:most]
        if not kept or not total:
            return (), 1.0
        share = sum(count for _, count in kept) / total
        return tuple((word, round(count / total, 6)) for word, count in kept), 1 - share

    def knots(
        self, values: npt.NDArray[np.float64], *, most: int = 41, grain: float = 0.0
    ) -> tuple[float, ...]:
        """Quantiles with at least `k` rows between two; none is a value of a row, and both ends are cut
        off."""
        many = int(min(most, max(len(values) // max(self.k, 1), 2)))
        if not len(values):
            return (0.0, 0.0)
        ordered = np.sort(values)
        edges = np.linspace(0, len(ordered), many + 1).astype(int)
        means = [float(ordered[a:b].mean()) for a, b in pairwise(edges.tolist()) if b > a]
        first, last = means[0], means[-1]
        middles = [(one + other) / 2 for one, other in pairwise(means)]
        ends = (2 * first - middles[0], 2 * last - middles[-1]) if middles else (first, last)
        found = np.clip([ends[0], *middles, ends[1]], ordered[0], ordered[-1])
        return tuple(rounded(value, grain) for value in found.tolist())


def rounded(value: float, grain: float) -> float:
    """To a grain, or to four digits that count."""
    if grain:
        return round(value / grain) * grain
    return float(f"{value:.4g}")


def counted(values: Values) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Each distinct value as text, and how many rows have it; nulls aside."""
    found: Any = pc.value_counts(values.drop_null())
    return found.field(0).cast(pa.string()).to_pylist(), found.field(1).to_numpy(zero_copy_only=False)


def codes(values: Values) -> npt.NDArray[np.int64]:
    """A number for each row, equal where the values are; -1 for null."""
    found: Any = pc.dictionary_encode(values)
    indices = found.indices
    return np.asarray(pc.fill_null(indices, -1).to_numpy(zero_copy_only=False), np.int64)


def sizes(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many rows each number has, -1 aside."""
    kept = numbers[numbers >= 0]
    counts = (
        np.bincount(kept) if len(kept) and kept.max() < 20_000_000 else np.unique(kept, return_counts=True)[1]
    )
    return np.asarray(counts[counts > 0], np.int64)


def normal(values: Values) -> Values:
    """Small and without blanks at the ends: what a search would find."""
    found: Values = pc.utf8_lower(pc.utf8_trim_whitespace(values.cast(pa.string())))
    return found
