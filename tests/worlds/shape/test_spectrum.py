"""Pitman-Yor spectra: fitted to few rows, they say what many show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from agentprobe.worlds.grow.chance import Chance
from agentprobe.worlds.grow.measure import Measure
from agentprobe.worlds.shape.spectrum import Spectrum, spectrum_of

Counts = npt.NDArray[np.int64]


def counts_of(values: npt.NDArray[np.int64]) -> Counts:
    return np.unique(values, return_counts=True)[1]


def apart(true: Counts, found: Counts) -> float:
    """How far the rows' result sizes lie apart: Wasserstein-1 of log2, as the bound of .3 bits is meant."""
    return float(wasserstein_distance(np.log2(true), np.log2(found), true, found))


def grown(spectrum: Spectrum, rows: int) -> Counts:
    return counts_of(Measure.of(spectrum).draw(Chance.of(1).units(np.arange(rows))))


@pytest.mark.parametrize(("power", "bound"), [(1.1, 0.2), (1.4, 0.2), (2.0, 0.1)])
def test_five_thousand_rows_foretell_a_hundred_thousand(power: float, bound: float) -> None:
    rng = np.random.default_rng(3)
    weights = 1 / np.arange(1, 200_001) ** power
    values = rng.choice(len(weights), 100_000, p=weights / weights.sum())
    true = counts_of(values)
    sample = rng.permutation(values)[:5000]
    found = grown(spectrum_of(counts_of(sample)), 100_000)
    assert apart(true, found) <= bound
    assert apart(true, counts_of(rng.choice(sample, 100_000))) > apart(true, found)
    assert 0.75 < float((found**2).sum() / (true**2).sum()) < 1.35


def test_as_many_rows_as_were_counted_show_what_was_counted() -> None:
    rng = np.random.default_rng(5)
    counts = np.sort(rng.zipf(1.8, 3000).clip(max=1400))[::-1].astype(np.int64)
    found = grown(spectrum_of(counts), int(counts.sum()))
    assert apart(counts, found) < 0.05
    assert 0.9 < len(found) / len(counts) < 1.1


def test_few_kinds_stay_few_at_any_size() -> None:
    found = grown(spectrum_of(np.array([400, 300, 200, 100])), 200_000)
    assert len(found) <= 12
    assert found[np.argsort(-found)][:4].sum() > 0.99 * 200_000


def test_what_never_recurred_hardly_recurs_later() -> None:
    found = grown(spectrum_of(np.ones(1000)), 10_000)
    assert len(found) > 6000


def test_an_empty_column_has_a_spectrum_too() -> None:
    assert len(grown(spectrum_of([]), 100)) >= 1


@settings(max_examples=25)
@given(st.floats(0, 0.95), st.floats(0.1, 1e5), st.integers(0, 1000))
def test_the_number_of_distinct_values_follows_the_process(
    discount: float, strength: float, seed: int
) -> None:
    measure = Measure.of(Spectrum(discount=discount, strength=strength))
    units = Chance.of(seed).units(np.arange(3000))
    distinct = len(np.unique(measure.draw(units)))
    steps = np.arange(3000)
    expected, tables = 0.0, 0.0
    for n in steps:
        expected += (strength + discount * tables) / (strength + n) if n else 1.0
        tables = expected
    assert abs(distinct - expected) < 6 * expected**0.5 + 0.25 * expected + 5


@settings(max_examples=25)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=60), st.integers(0, 99))
def test_commoner_values_have_smaller_numbers(counts: list[int], seed: int) -> None:
    measure = Measure.of(spectrum_of(counts))
    assert np.all(np.diff((measure.ends - measure.starts) / measure.widths) <= 1e-12)
    drawn = measure.draw(Chance.of(seed).units(np.arange(500)))
    assert drawn.min() >= 0
    assert np.array_equal(drawn[:100], measure.draw(Chance.of(seed).units(np.arange(100))))
