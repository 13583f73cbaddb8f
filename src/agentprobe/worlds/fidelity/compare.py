"""To hold what was measured in a world against what was measured in its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.fidelity import spreads
from agentprobe.worlds.fidelity.bounds import BOUNDS, FEWEST, Bounds
from agentprobe.worlds.fidelity.dirt import OTHER
from agentprobe.worlds.fidelity.result import Dirt, Fidelity, Measured, Observed, Query, Row, Spectrum, Spread

SIZES, COLLISIONS, AMBIGUOUS, FREE = "result sizes", "collisions", "ambiguous", "free"
OTHER_SIZE = 0.15
"""A table that is larger or smaller by more cannot be compared by how many rows are found."""


def compare(
    source: Measured, world: Measured, bounds: Bounds = BOUNDS, *, any_size: bool = False
) -> Fidelity:
    """Every figure with its bound. What rests on too few queries is told as not observed, never as passed.

    `any_size` compares how many rows are found although the tables differ in length, as when production
    itself has grown.
    """
    pairing = _Pairing(source, world, bounds, any_size=any_size)
    return Fidelity(rows=tuple(pairing.rows()), source=source, world=world)


class _Pairing:
    """The figures of a source and a world, brought together by what they are about."""

    def __init__(self, source: Measured, world: Measured, bounds: Bounds, *, any_size: bool) -> None:
        self._source, self._world, self._bounds, self._any_size = source, world, bounds, any_size

    def rows(self) -> Iterator[Row]:
        """One a figure: queries first, then collisions, then dirt."""
        theirs = {_about(one.query): one for one in self._world.observed}
        for one in self._source.observed:
            query = one.query
            yield from self._of_query(one, theirs.get(_about(query), _unseen(query)))
        spectra = {(one.table, one.columns): one for one in self._world.spectra}
        for spectrum in self._source.spectra:
            yield self._of_spectrum(spectrum, spectra.get((spectrum.table, spectrum.columns)))
        soiled = {(one.kind, one.table, one.column): one for one in self._world.dirt}
        for dirt in self._source.dirt:
            yield self._of_dirt(dirt, soiled.get((dirt.kind, dirt.table, dirt.column)))

    def _resized(self, table: str) -> str:
        """Why counts of rows cannot be compared; empty where they can."""
        ours, theirs = self._source.rows.get(table, 0), self._world.rows.get(table, 0)
        if self._any_size or abs(ours - theirs) <= OTHER_SIZE * max(ours, 1):
            return ""
        return f"{theirs:,} rows against {ours:,}: measure a world of the source's size, or its first rows"

    def _of_query(self, ours: Observed, theirs: Observed) -> Iterator[Row]:
        missing = ours.missing or theirs.missing
        if missing:
            yield _unobserved(ours.query, SIZES, self._bounds.result_size_bits, missing)
            return
        if ours.sizes is not None and theirs.sizes is not None:
            yield self._sizes(ours, theirs, ours.sizes, theirs.sizes)
        for metric, spread in ours.scores.items():
            if metric in theirs.scores:
                yield self._scores(ours, theirs, metric, spread, theirs.scores[metric])
        for metric, share in ours.shares.items():
            if metric in theirs.shares:
                yield self._share(ours, theirs, metric, share, theirs.shares[metric])

    def _sizes(self, ours: Observed, theirs: Observed, one: Spread, other: Spread) -> Row:
        n, m = ours.independent, theirs.independent
        return self._row(
            ours.query,
            SIZES,
            spreads.w1(one, other),
            self._bounds.result_size_bits,
            chance=0.0 if self._world.paired else spreads.w1_by_chance(one, other, n, m),
            n=min(ours.n, theirs.n),
            told=(ours.mean, theirs.mean),
            note=self._resized(ours.query.table),
        )

    def _scores(self, ours: Observed, theirs: Observed, metric: str, one: Spread, other: Spread) -> Row:
        n, m = ours.independent, theirs.independent
        moved = metric.startswith(FREE)
        distance, by_chance = (
            (spreads.w1, spreads.w1_by_chance) if moved else (spreads.ks, spreads.ks_by_chance)
        )
        other_bound = self._bounds.free_slot if moved else self._bounds.top_k
        return self._row(
            ours.query,
            metric,
            distance(one, other),
            self._bounds.margin if metric == "margin" else other_bound,
            chance=0.0 if self._world.paired else by_chance(one, other, n, m),
            n=min(n, m),
            told=(_mean(one), _mean(other)),
            note=self._resized(ours.query.table),
        )

    def _share(self, ours: Observed, theirs: Observed, metric: str, one: float, other: float) -> Row:
        n, m = ours.independent, theirs.independent
        pooled = (one * n + other * m) / max(n + m, 1)
        spread = (pooled * (1 - pooled) * (1 / max(n, 1) + 1 / max(m, 1))) ** 0.5
        bound = self._bounds.ambiguity if metric == AMBIGUOUS else self._bounds.free_slot
        chance = 0.0 if self._world.paired else 1.96 * spread
        note = self._resized(ours.query.table)
        value = abs(one - other)
        return self._row(
            ours.query, metric, value, bound, chance=chance, n=min(n, m), told=(one, other), note=note
        )

    def _of_spectrum(self, ours: Spectrum, theirs: Spectrum | None) -> Row:
        query = Query(kind="collision", table=ours.table, columns=ours.columns)
        bound = self._bounds.collision_bits
        if theirs is None:
            return _unobserved(query, COLLISIONS, bound, "there is no such column in the world")
        p, q = _padded(ours.mass, theirs.mass)
        n, m = ours.distinct, theirs.distinct
        return self._row(
            query,
            COLLISIONS,
            float(spreads.kl(p, q)),
            bound,
            chance=0.0 if self._world.paired else spreads.kl_by_chance(p, q, ours.rows, theirs.rows),
            n=min(ours.rows, theirs.rows),
            told=(round(ours.rows / n, 3), round(theirs.rows / m, 3)),
            note=self._resized(ours.table),
        )

    def _of_dirt(self, ours: Dirt, theirs: Dirt | None) -> Row:
        columns = (ours.column,) if ours.column else ()
        query = Query(kind=ours.kind, table=ours.table, columns=columns)
        bound, metric = self._bounds.dirt_bits, ours.kind.replace("_", " ")
        if theirs is None:
            return _unobserved(query, metric, bound, "there is no such column in the world")
        _, p, q = together(ours, theirs)
        value = float(spreads.js(p, q))
        chance = 0.0 if self._world.paired else spreads.by_chance(spreads.js, p, q, ours.n, theirs.n)
        return self._row(query, metric, value, bound, chance=chance, n=min(ours.n, theirs.n))

    def _row(
        self,
        query: Query,
        metric: str,
        value: float,
        bound: float,
        *,
        chance: float,
        n: int,
        told: tuple[float | None, float | None] = (None, None),
        note: str = "",
    ) -> Row:
        few = n < FEWEST or bool(note)
        lost = bound < value <= chance
        if lost and not few:
            note = f"two samples of one thing would differ by {chance:.2g}: more rows are needed to say"
        elif n < FEWEST and not note:
            note = f"{n} queries; {FEWEST} are needed to say anything"
        return Row(
            kind=query.kind,
            metric=metric,
            where=query.where,
            value=round(value, 5),
            bound=bound,
            holds=None if few or lost else value <= bound,
            n=n,
            chance=round(chance, 5) if np.isfinite(chance) else 0.0,
            source=told[0],
            world=told[1],
            note=note,
        )


def together(ours: Dirt, theirs: Dirt) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Shares of the classes that both sides tell; what one of them tells with the rest, both do."""
    known = [set(one.names) for one in (ours, theirs)]
    complete = all(OTHER not in names for names in known)
    both = known[0] | known[1] if complete else (known[0] & known[1]) - {OTHER}
    names = sorted(both, key=lambda name: (-_share_of(ours, name), name))
    p, q = ([_share_of(one, name) for name in names] for one in (ours, theirs))
    if not complete:
        names, p, q = [*names, OTHER], [*p, 1 - sum(p)], [*q, 1 - sum(q)]
    return names, np.clip(p, 0, 1), np.clip(q, 0, 1)


def _share_of(dirt: Dirt, name: str) -> float:
    return dirt.shares[dirt.names.index(name)] if name in dirt.names else 0.0


def _about(query: Query) -> tuple[str, str, tuple[str, ...]]:
    return query.kind, query.table, query.columns


def _unseen(query: Query) -> Observed:
    return Observed(query=query, missing="it was not asked of the world")


def _unobserved(query: Query, metric: str, bound: float, why: str) -> Row:
    return Row(
        kind=query.kind, metric=metric, where=query.where, value=None, bound=bound, holds=None, n=0, note=why
    )


def _mean(spread: Spread) -> float:
    return round(float(np.dot(spread.at, spread.share)), 4)


def _padded(ours: Sequence[float], theirs: Sequence[float]) -> tuple[NDArray[np.float64], ...]:
    size = max(len(ours), len(theirs))
    return tuple(np.pad(np.asarray(one, np.float64), (0, size - len(one))) for one in (ours, theirs))
