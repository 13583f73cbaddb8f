"""What happens to a value when its person is entered again: how often each operator of `grow/edits.py`
strikes."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import OSA, Levenshtein

from agentprobe.worlds.shape.arrays import Values, picked
from agentprobe.worlds.shape.model import Weighted
from agentprobe.worlds.shape.nicknames import same_person_may_be
from agentprobe.worlds.shape.persons import People

_SAMPLE = 30_000
_LEAST = 20
_SHORT = 5
_LONG = 9


def slips_of(values: Values, people: People) -> tuple[Weighted, float] | None:
    """Shares of the operators among further records, and the share of values that stay as they were.

    What a person's records differ from is what most rows of the table have.

    None where too few pairs of records have both values.
    """
    own = people.places(values)
    text = values.cast(pa.string())
    number = np.unique(people.cluster, return_inverse=True)[1][:_SAMPLE]
    several = np.bincount(number) > 1
    rows = np.flatnonzero(several[number])
    olds, news = picked(text, own[number[rows]]).to_pylist(), picked(text, rows).to_pylist()
    pairs = [(old, new) for old, new in zip(olds, news, strict=True) if old is not None and new is not None]
    further = len(pairs) - int(several.sum())
    if further < _LEAST:
        return None
    found = Counter(_slip(old, new) for old, new in pairs)
    found.pop("", 0)
    shares = {name: min(count / further, 1.0) for name, count in sorted(found.items())}
    return tuple((name, round(share, 5)) for name, share in shares.items()), max(
        1 - sum(shares.values()), 0.0
    )


def _slip(old: str, new: str) -> str:
    """The operator that makes the new value of the old one; empty for none."""
    if old == new:
        return ""
    one, other = old.strip().lower(), new.strip().lower()
    if one == other:
        return "case" if old.strip() != new.strip() else ""
    if same_person_may_be(one.split(" ")[0], other.split(" ")[0]):
        return "nickname"
    if len(other.rstrip(".")) == 1 and one.startswith(other.rstrip(".")):
        return "initial"
    if sorted(one) == sorted(other) and OSA.distance(one, other) > 1:
        return "swap"
    return _typo(one, other)


def _typo(one: str, other: str) -> str:
    away = OSA.distance(one, other, score_cutoff=2)
    if away > 2 and min(len(one), len(other)) >= _LONG and OSA.distance(one, other, score_cutoff=4) <= 4:
        return "thrice"
    if away > 2 or (away == 2 and max(len(one), len(other)) < _SHORT):
        return "moved"
    if away == 2:
        return "twice"
    if len(one) != len(other):
        return "insert" if len(other) > len(one) else "delete"
    return "substitute" if Levenshtein.distance(one, other) == 1 else "transpose"
