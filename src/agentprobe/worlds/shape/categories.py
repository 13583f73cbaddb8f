"""The shape of categories, and on which other one each depends."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.roles import Role
from agentprobe.worlds.shape.arrays import Values, pc
from agentprobe.worlds.shape.counting import Counting
from agentprobe.worlds.shape.lexicon import Lexicon
from agentprobe.worlds.shape.model import Category
from agentprobe.worlds.shape.words import words_of

_DECIDES = 0.4
_STRONG = 0.1
"""So much of what a category leaves open must be known from another one."""


_MOST = 2000
_MANY = 0.02


def category_of(values: Values, counting: Counting, lexicon: Lexicon | None = None) -> Category | None:
    """Words that `k` rows have; None where there are none.

    Rarer ones are told by the others, or where they are many by made-up words.
    """
    words = values.drop_null().cast(pa.string())
    told, rest = counting.told(words, most=_MOST)
    if not told:
        return None
    if rest < _MANY or lexicon is None or not pa.types.is_string(values.type):
        return Category(values=told)
    rare = words.filter(pc.invert(pc.is_in(words, pa.array([word for word, _ in told], pa.string()))))
    others = words_of(rare, "product", counting, role=Role.ORGANISATION, lexicon=lexicon)
    return Category(values=told, others=others, rest=round(rest, 6))


def dependent(
    category: Category, values: Values, others: dict[str, tuple[Category, Values]], counting: Counting
) -> Category:
    """Add the category on which this one depends most, if on any.

    The measure is Theil's uncertainty coefficient: the share of the entropy that the other one explains.
    """
    own = _numbers(category, values)
    best, table = "", np.zeros((0, 0))
    strongest = _STRONG
    for name, (other, theirs) in others.items():
        given = _numbers(other, theirs)
        both = (own >= 0) & (given >= 0)
        counts = np.zeros((len(other.values), len(category.values)))
        np.add.at(counts, (given[both], own[both]), 1)
        strength = _explained(counts)
        if strength > strongest and both.sum() > 20 * counts.size**0.5:
            best, table, strongest = name, counts, strength
    if not best:
        return category
    noisy = counting.noisy(table.ravel()).reshape(table.shape)
    noisy[noisy < counting.k] = 0
    shares = noisy / np.maximum(noisy.sum(axis=1, keepdims=True), 1)
    return msgspec.structs.replace(
        category, given=best, by=tuple(tuple(row) for row in shares.round(4).tolist())
    )


def absent_of(
    values: Values, categories: dict[str, tuple[Category, Values]]
) -> tuple[str, tuple[float, ...]]:
    """The category that says where a column is empty, with the share per value; empty where none does."""
    empty = np.asarray(values.is_null().to_numpy(zero_copy_only=False), np.int64)
    best: tuple[str, tuple[float, ...]] = ("", ())
    strongest = _DECIDES
    for name, (category, theirs) in categories.items():
        given = _numbers(category, theirs)
        counts = np.zeros((len(category.values), 2))
        np.add.at(counts, (given[given >= 0], empty[given >= 0]), 1)
        strength = _explained(counts)
        if strength > strongest:
            shares = counts[:, 1] / np.maximum(counts.sum(axis=1), 1)
            best, strongest = (name, tuple(shares.round(4).tolist())), strength
    return best


def _numbers(category: Category, values: Values) -> npt.NDArray[np.int64]:
    words = pa.array([word for word, _ in category.values], pa.string())
    found = pc.fill_null(pc.index_in(values.cast(pa.string()), words), -1)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def _explained(counts: npt.NDArray[np.float64]) -> float:
    total = counts.sum()
    if not total:
        return 0.0
    joint, given, own = counts / total, counts.sum(1) / total, counts.sum(0) / total
    entropy = _entropy(own)
    return (entropy + _entropy(given) - _entropy(joint.ravel())) / entropy if entropy > 1e-9 else 0.0


def _entropy(shares: npt.NDArray[np.float64]) -> float:
    kept = shares[shares > 0]
    return float(-np.sum(kept * np.log(kept)))
