"""What an attacker reads who knows how often each original value stands: the rank or frequency attack.

He knows exact counts and lengths, takes each value of the world for one of the originals with that count and
length, and is right once in as many times as there are such. It is inherent to every map that keeps equality
(Naveed, Kamara and Wright, CCS 2015): a mapped snapshot stays personal data. The count bands are those of
values that many, some and few rows have; shares are of rows. It decides nothing: no map could do better, and
in a regenerated world, whose values stand for nobody's, there is nothing to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow.compute
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.columns import Coded, Columns, Rows
from agentprobe.worlds.leaks.result import Check
from agentprobe.worlds.roles import NAMES, Role
from agentprobe.worlds.schema import Schema

pc: Any = pyarrow.compute  # its stubs know no large strings

FEW, SOME = 5, 50
BANDS = (("rare", 1, FEW), ("middle", FEW, SOME), ("frequent", SOME, 1 << 62))


def rank_attack(source: Rows, world: Rows, schema: Schema, *, seed: int) -> Iterator[Check]:
    """The share of rows read, by how often their value stands; only of worlds whose rows stand for rows."""
    for table in schema.tables:
        there = {c.name for one in world.schema.tables if one.name == table.name for c in one.columns}
        for column in table.having(*NAMES, Role.ORGANISATION, Role.CITY):
            if column.name in there and column.kind == "text":
                where = f"{table.name}.{column.name}"
                ours, theirs = (
                    Columns(rows, rows.schema.table(table.name), (column.name,), seed=seed)
                    for rows in (source, world)
                )
                if ours.rows == theirs.rows:
                    yield from _of_column(where, ours.coded(column.name), theirs.coded(column.name))


def _of_column(where: str, ours: Coded, theirs: Coded) -> Iterator[Check]:
    if not len(ours.values) or not len(theirs.values):
        return
    image = _images(ours, theirs)
    known = _classes(ours)
    own = _classes(theirs)[image]
    size = np.unique(known, return_counts=True)
    alike = size[1][np.minimum(np.searchsorted(size[0], own), len(size[0]) - 1)]
    right = np.where(own == known, 1.0 / alike, 0.0)
    for band, least, most in BANDS:
        mine = (ours.counts >= least) & (ours.counts < most)
        n = int(ours.counts[mine].sum())
        if n:
            share = float((right[mine] * ours.counts[mine]).sum() / n)
            yield _check(where, band, share, n)


def _check(where: str, band: str, share: float, n: int) -> Check:
    note = "inherent to every snapshot that keeps equality: regenerate what leaves the production boundary"
    return Check(name=f"rank attack, {band} values", where=where, value=round(share, 5), n=n, note=note)


def _images(ours: Coded, theirs: Coded) -> NDArray[np.int64]:
    """What each value became: the world's value on the first row where it stands."""
    both = np.flatnonzero((ours.codes >= 0) & (theirs.codes >= 0))
    image = np.zeros(len(ours.values), np.int64)
    back = both[::-1]  # so that the first row is written last
    image[ours.codes[back]] = theirs.codes[back]
    return image


def _classes(coded: Coded) -> NDArray[np.int64]:
    """Count and length of each value, as one number."""
    lengths = pc.utf8_length(coded.values).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.asarray(coded.counts * 4096 + np.minimum(lengths, 4095), np.int64)
