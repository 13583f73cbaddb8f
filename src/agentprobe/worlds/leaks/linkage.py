"""Can rows of a regenerated world be linked to those persons of the source that it was made from?

Records are scored as Fellegi and Sunter (1969) do: what agrees counts by how rare it is. The best score that
the world gives to persons of the source is held against the best that it gives to persons who never were in
it, put together from the source's own names, places and birthdays. A world that knows its persons one by one
scores the former higher (an AUC of .5 is none).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from agentprobe.worlds.leaks.blocks import Blocks, Codes
from agentprobe.worlds.leaks.result import Check

PERSONS = 2000
MOST_ALIKE = 5000
"""What more rows of the world share leads to nobody."""
BOUND = 0.55
AGREES = 0.9
"""How often the records of one person agree in a field (Fellegi and Sunter's m)."""
FEWEST = 100


def linkage(found: Blocks, *, seed: int) -> Check:
    """How much better the world fits its source's persons than others."""
    drawn = np.random.default_rng([seed, 0x11])
    rows = len(found.ours[0])
    where = f"{found.table}.{', '.join(found.names)}"
    if rows < FEWEST or not len(found.theirs[0]):
        note = f"{rows:,} persons are too few to say"
        return Check(name="linkage attack", where=where, bound=BOUND, n=rows, note=note)
    picks = np.sort(drawn.choice(rows, min(PERSONS, rows), replace=False))
    mine = [block[picks] for block in found.ours]
    others = [block[drawn.integers(0, rows, len(picks))] for block in found.ours]
    index = [_Index(block) for block in found.theirs]
    auc = _auc(_best(mine, index, len(found.theirs[0])), _best(others, index, len(found.theirs[0])))
    return Check(
        name="linkage attack",
        where=where,
        value=round(auc, 4),
        bound=BOUND,
        holds=auc <= BOUND,
        n=len(picks),
        expected=0.5,
        note="AUC against persons who are not in the source",
    )


class _Index:
    """Finds the rows that have a number."""

    def __init__(self, codes: Codes) -> None:
        self._order = np.argsort(codes, kind="stable")
        self._sorted = codes[self._order]
        self.rows = len(codes)

    def find(self, wanted: Codes) -> tuple[Codes, Codes, NDArray[np.float64]]:
        """Pairs of a wanted number's place and a row that has it, and how much each agreement says."""
        begins = np.searchsorted(self._sorted, wanted)
        counts = np.searchsorted(self._sorted, wanted, side="right") - begins
        counts[(wanted < 0) | (counts > MOST_ALIKE)] = 0
        place = np.repeat(np.arange(len(wanted)), counts)
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = self._order[np.repeat(begins, counts) + within]
        return place, rows, np.log2(AGREES * self.rows / np.maximum(counts, 1))[place]


def _best(persons: list[Codes], index: list[_Index], rows: int) -> NDArray[np.float64]:
    """The best score that any row of the world has for each person."""
    found = [one.find(block) for one, block in zip(index, persons, strict=True)]
    pair = np.concatenate([place * rows + row for place, row, _ in found])
    weight = np.concatenate([weight for _, _, weight in found])
    best = np.zeros(len(persons[0]))
    if len(pair):
        pairs, of = np.unique(pair, return_inverse=True)
        np.maximum.at(best, pairs // rows, np.bincount(of.ravel(), weight))
    return best


def _auc(mine: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """How often one of the former scores higher than one of the latter; ties count half."""
    ranks = rankdata(np.concatenate([mine, others]))
    n, m = len(mine), len(others)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))
