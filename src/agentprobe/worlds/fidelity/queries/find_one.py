"""The right one among those of similar name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler

from agentprobe.worlds.fidelity.asking import ASKED, Asking, picked
from agentprobe.worlds.fidelity.columns import Coded, Columns
from agentprobe.worlds.fidelity.fuzzy import FEWEST, MOST_PAIRS, compared
from agentprobe.worlds.fidelity.queries.combined import name_of
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.fidelity.spreads import of_scores
from agentprobe.worlds.schema import Table

pc: Any = pyarrow.compute  # its stubs know no large strings

FAR = 0.6
"""Names that are less alike are not told from strangers."""
ALL = 1.0
"""Where nobody says which records are of one entity, a record's own name is what is right."""


class FindOne(Asking):
    """Find the right one among those of similar name: how far is the best wrong one behind?

    With a column that names the entity, a query is the name in one of its records, the right answer its other
    records, and the margin their best score less that of everybody else's. Without one, the right answer is
    the record itself and the wrong ones are all other rows: a name that stands twice leaves no margin.
    """

    title = "the right one by name"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """The whole name."""
        if name := name_of(table):
            yield name

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """The names of some rows are asked for."""
        entity = columns.entity
        coded = _named(columns, query.columns)
        most = max(min(ASKED, MOST_PAIRS // max(len(coded.values), 1)), FEWEST)
        rows = columns.picks(most if entity is None else most * 4)
        margins = _alone(coded, rows) if entity is None else _of_entities(coded, entity, rows, most)
        if not len(margins):
            return Observed(query=query, missing="no entity has two records" if entity is not None else "")
        return Observed(
            query=query,
            n=len(margins),
            independent=len(margins),
            scores={"margin": of_scores(margins)},
            shares={"ambiguous": round(float((margins <= 0).mean()), 5)},
        )


def _named(columns: Columns, names: tuple[str, ...]) -> Coded:
    """Whole names by their distinct values, in small letters."""
    if len(names) == 1:
        return columns.folded(names[0])

    def make() -> Coded:
        parts = [columns.folded(name) for name in names]
        joint = columns.joint(names)
        there = np.flatnonzero(joint >= 0)
        _, firsts = np.unique(joint[there], return_index=True)
        told = [part.values.take(part.codes[there[firsts]].astype(np.int64)) for part in parts]
        values = pc.binary_join_element_wise(*told, pa.scalar(" ", pa.large_string()))
        counts = np.bincount(joint[there], minlength=len(values)).astype(np.int64)
        return Coded(values, counts, joint.astype(np.int32))

    return columns.once(("named", names), make)


def _alone(coded: Coded, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    asked = [value for _, value in picked(coded, rows)]
    codes = coded.codes[rows]
    own = codes[codes >= 0]
    best = np.zeros(len(asked))
    _best(asked, coded, own, best)
    return np.asarray(ALL - np.where(coded.counts[own] > 1, ALL, best))


def _best(asked: list[str], coded: Coded, own: NDArray[np.int32], best: NDArray[np.float64]) -> None:
    """The best score of another value than the asked one."""
    first = 0

    def count(scores: NDArray[Any], counts: NDArray[np.int64], rows: slice) -> None:
        nonlocal first
        here = (own >= first) & (own < first + len(counts))
        scores[np.flatnonzero(here), own[here] - first] = 0
        np.maximum(best[rows], scores.max(axis=1, initial=0), out=best[rows])
        first += len(counts)

    compared(asked, coded, JaroWinkler.similarity, count, cutoff=FAR, kind=np.float32)


def _of_entities(
    coded: Coded, entity: NDArray[np.int64], rows: NDArray[np.int64], most: int
) -> NDArray[np.float64]:
    """Margins between an entity's other records and those of all others."""
    sizes = np.bincount(entity[entity >= 0])
    good = (entity[rows] >= 0) & (coded.codes[rows] >= 0)
    rows = rows[good][sizes[entity[rows[good]]] > 1][:most]
    asked = [value for _, value in picked(coded, rows)]
    if not asked:
        return np.zeros(0)
    mine = _records(entity, entity[rows])
    same = np.array([_own(coded, asked[i], mine[i][mine[i] != row]) for i, row in enumerate(rows)])
    only = [_only(coded, mine[i]) for i in range(len(asked))]
    other = np.zeros(len(asked))
    first = 0

    def count(scores: NDArray[Any], counts: NDArray[np.int64], _: slice) -> None:
        nonlocal first
        for number, values in enumerate(only):
            here = values[(values >= first) & (values < first + len(counts))]
            scores[number, here - first] = 0
        np.maximum(other, scores.max(axis=1, initial=0), out=other)
        first += len(counts)

    compared(asked, coded, JaroWinkler.similarity, count, cutoff=FAR, kind=np.float32)
    return np.asarray((same - other)[~np.isnan(same)])


def _records(entity: NDArray[np.int64], asked: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """All rows of each asked entity."""
    order = np.argsort(entity, kind="stable")
    sorted_ = entity[order]
    begins, ends = np.searchsorted(sorted_, asked), np.searchsorted(sorted_, asked, side="right")
    return [order[begin:end] for begin, end in zip(begins, ends, strict=True)]


def _own(coded: Coded, name: str, rows: NDArray[np.int64]) -> float:
    """The best score of the entity's other records; none where they have no name."""
    values = [value for _, value in picked(coded, rows)]
    return max((JaroWinkler.similarity(name, value) for value in values), default=float("nan"))


def _only(coded: Coded, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Values that nobody but the entity has."""
    codes = coded.codes[rows]
    values, times = np.unique(codes[codes >= 0], return_counts=True)
    return np.asarray(values[coded.counts[values] == times], np.int64)
