"""The shape of amounts and measures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.shape.arrays import Values, flags, pc
from agentprobe.worlds.shape.counting import Counting
from agentprobe.worlds.shape.model import Number

_STEPS = (1000.0, 100.0, 50.0, 10.0, 5.0, 1.0)
_ENDINGS = (0.99, 0.95, 0.9, 0.49, 0.5, 0.0)
_MOST_SPECIAL = 12


def number_of(values: Values, counting: Counting) -> Number:
    """Quantiles, rounding habits, and values that come again and again."""
    found = values.drop_null().cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    found = found[np.isfinite(found)]
    whole = bool(len(found)) and bool(np.all(found == np.floor(found)))
    special, usual = _special(found, counting)
    rest = found[usual]
    return Number(
        knots=counting.knots(rest),
        steps=_steps(rest) if whole else (),
        endings=() if whole else _endings(rest),
        special=special,
        places=0 if whole else _places(rest),
    )


def plain_numbers(values: Values) -> Values | None:
    """Numbers, also those that stand as text; None for text that mostly is none."""
    if not pa.types.is_string(values.type):
        return values
    known = flags(pc.match_substring_regex(values, r"^\s*-?\d{1,15}(\.\d+)?\s*$"))
    if known.sum() < 0.9 * (len(values) - values.null_count):
        return None
    found: Values = pc.if_else(pa.array(known), pc.utf8_trim_whitespace(values), None).cast(pa.float64())
    return found


def _special(
    found: npt.NDArray[np.float64], counting: Counting
) -> tuple[tuple[tuple[float, float], ...], npt.NDArray[np.bool_]]:
    values, many = np.unique(found, return_counts=True)
    often = np.flatnonzero((many >= counting.k) & (many >= 0.02 * len(found)))
    often = often[np.argsort(-many[often], kind="stable")][:_MOST_SPECIAL]
    counts = counting.noisy(many[often])
    told = tuple(
        (float(values[at]), round(count / len(found), 6))
        for at, count in zip(often, counts.tolist(), strict=True)
    )
    usual = ~np.isin(found, values[often])
    return told, usual if usual.any() else np.ones(len(found), bool)


def _steps(values: npt.NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """The share of whole numbers that are multiples of each step and of no larger one, beyond chance."""
    shares, left = [], np.ones(len(values), bool)
    for step in _STEPS[:-1]:
        hits = left & (np.mod(values, step) == 0)
        share = float(hits.mean()) if len(values) else 0.0
        if share > 1.5 / step + 0.01:
            shares.append((step, round(share - 1 / step, 6)))
            left &= ~hits
    return tuple(shares)


def _endings(values: npt.NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    cents = np.round(np.mod(values, 1), 2)
    found = [(ending, float(np.mean(cents == ending)) - 0.01) for ending in _ENDINGS] if len(values) else []
    return tuple((ending, round(share, 6)) for ending, share in found if share > 0.02)


def _places(values: npt.NDArray[np.float64]) -> int:
    for places in range(6):
        if np.mean(np.abs(np.round(values, places) - values) < 1e-9 + 1e-12 * np.abs(values)) > 0.99:
            return places
    return 6
