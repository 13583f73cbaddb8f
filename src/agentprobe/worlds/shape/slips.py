"""What happens to a value when its person is entered again: how often each operator of `grow/edits.py`
strikes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler, Levenshtein

from agentprobe.worlds.shape.arrays import Values, picked
from agentprobe.worlds.shape.counting import codes, normal
from agentprobe.worlds.shape.model import Weighted
from agentprobe.worlds.shape.nicknames import same_person_may_be
from agentprobe.worlds.shape.persons import People

MOVED = "moved"
_SAMPLE = 30_000
_LEAST = 20
_SELDOM = 0.05
_SHORT = 5
_NEAR = 0.88
_LONG = 9


def slips_of(values: Values, people: People) -> tuple[Weighted, float] | None:
    """Shares of the operators among further records, and the share of values that stay as they were.

    What a person's records differ from is what most rows of the table have.

    None where too few pairs of records have both values.
    """
    told, several = _beside(values, people)
    pairs = [(old, new) for old, new in told if old is not None and new is not None]
    further = len(pairs) - several
    if further < _LEAST:
        return None
    found = Counter(_slip(old, new) for old, new in pairs)
    found.pop("", 0)
    shares = {name: min(count / further, 1.0) for name, count in sorted(found.items())}
    return tuple((name, round(share, 5)) for name, share in shares.items()), max(
        1 - sum(shares.values()), 0.0
    )


def moved_of(values: Values, people: People) -> npt.NDArray[np.bool_]:
    """Of some records, the same ones for all columns: is the value another one, and no slip?"""
    told, _ = _beside(values, people)
    moved = [old is not None and new is not None and _slip(old, new) == MOVED for old, new in told]
    return np.asarray(moved, bool)


def _beside(values: Values, people: People) -> tuple[list[tuple[Any, Any]], int]:
    """Some records of who has several, each with what their person's value is; and how many these are."""
    own = people.places(values)
    text = values.cast(pa.string())
    number = np.unique(people.cluster, return_inverse=True)[1][:_SAMPLE]
    several = np.bincount(number) > 1
    rows = np.flatnonzero(several[number])
    olds, news = picked(text, own[number[rows]]).to_pylist(), picked(text, rows).to_pylist()
    return list(zip(olds, news, strict=True)), int(several.sum())


TURNS = 3
"""So many other values an entity's records take turns in."""


def recurs_of(values: Values, people: People, changed: float) -> float:
    """The share of further records whose value recurs among those of the same entity.

    So large that two records agree as often as in the source: each by itself, further ones would agree only
    where neither was `changed`; if both take turns, in one of `TURNS` cases more.
    """
    if not people.found:
        return 0.0
    number = np.unique(people.cluster, return_inverse=True)[1]
    told = codes(normal(values))
    there = told >= 0
    many = np.bincount(number[there]).astype(np.float64)
    cells = np.unique(number[there] * (int(told.max(initial=0)) + 1) + told[there], return_counts=True)[1]
    pairs, first = float(np.sum(many * (many - 1) / 2)), float(np.sum(np.maximum(many - 1, 0)))
    if pairs < _LEAST:
        return 0.0
    agree, stays = float(np.sum(cells * (cells - 1.0) / 2)) / pairs, 1 - changed
    alone = (first * stays + (pairs - first) * stays * stays) / pairs
    later = (pairs - first) / pairs * (1 - stays * stays)
    share = (TURNS * max(agree - alone, 0.0) / later) ** 0.5 if later > 0 else 0.0
    return round(min(share, 1.0), 4) if share > _SELDOM else 0.0


def turned_of(given: Values, surname: Values, people: People) -> Values:
    """Where a record has its person's two names in each other's place."""
    number = np.unique(people.cluster, return_inverse=True)[1]
    own = [picked(normal(part), people.places(part)[number]).to_pylist() for part in (given, surname)]
    told = [normal(part).to_pylist() for part in (given, surname)]
    straight, crossed = (
        np.minimum(_likeness(told[0], own[at]), _likeness(told[1], own[1 - at])) for at in (0, 1)
    )
    return pa.array((crossed >= _NEAR) & (crossed > straight))


def _likeness(one: list[Any], other: list[Any]) -> npt.NDArray[np.float64]:
    """How much names are alike; not at all where one is not known."""
    known = [(a or "", b or "") if a and b else ("", "") for a, b in zip(one, other, strict=True)]
    found: Any = process.cpdist(
        [a for a, _ in known], [b for _, b in known], scorer=JaroWinkler.similarity, workers=1
    )
    return np.where([bool(a) for a, _ in known], found, 0.0)


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
