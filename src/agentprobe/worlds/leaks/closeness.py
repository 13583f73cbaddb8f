"""How close the world's rows come to the source's: distance to the closest record, and to the next one.

Reported and never a gate: Yao and others, "The DCR Delusion" (arXiv 2505.01524), show sets that pass every
such test and stay open to membership inference.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from agentprobe.worlds.fidelity.columns import Columns, Rows
from agentprobe.worlds.leaks.result import Check
from agentprobe.worlds.roles import NAMES, PLACES, Role
from agentprobe.worlds.schema import Schema, Table

ASKED, AGAINST = 300, 5_000
ROLES = NAMES | PLACES | {Role.EMAIL, Role.PHONE, Role.BIRTH_DATE}
NOTE = "says little of privacy (arXiv 2505.01524), so it decides nothing"


def closeness(source: Rows, world: Rows, schema: Schema, *, seed: int) -> Iterator[Check]:
    """Medians and the closest twentieth, of some rows of the world against some of the source."""
    for table in schema.tables:
        if table.name not in world.schema.names:
            continue
        there = {column.name for column in world.schema.table(table.name).columns}
        names = [c.name for c in table.columns if c.role in ROLES and c.kind == "text" and c.name in there]
        if not names or not table.having(*NAMES):
            continue
        distances = _distances(source, world, table, names, seed)
        if distances.shape[0] and distances.shape[1] > 1:
            yield from _checks(table.name, np.sort(distances, axis=1)[:, :2])


def _distances(source: Rows, world: Rows, table: Table, names: list[str], seed: int) -> NDArray[np.float32]:
    """The mean over columns of 1 - Jaro-Winkler; what is missing on both sides is the same."""
    ours = Columns(source, table, names, seed=seed)
    theirs = Columns(world, world.schema.table(table.name), names, seed=seed + 1)
    asked, against = theirs.picks(ASKED), ours.picks(AGAINST)
    total = np.zeros((len(asked), len(against)), np.float32)
    for name in names:
        one, other = _texts(theirs, name, asked), _texts(ours, name, against)
        total += 1 - process.cdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float32, workers=1)
    return total / np.float32(len(names))


def _texts(columns: Columns, name: str, rows: NDArray[np.int64]) -> list[str]:
    coded = columns.folded(name)
    values = [*coded.values.to_pylist(), ""] if len(coded.values) <= 2 * len(rows) else None
    codes = coded.codes[rows]
    if values is not None:
        return [values[code] for code in codes.tolist()]
    return [coded.values[code].as_py() if code >= 0 else "" for code in codes.tolist()]


def _checks(table: str, closest: NDArray[np.float32]) -> Iterator[Check]:
    first, second = closest[:, 0], closest[:, 1]
    ratio = np.where(second > 0, first / np.where(second > 0, second, 1), 1.0)
    figures = (
        ("distance to the closest record, median", np.median(first)),
        ("distance to the closest record, closest twentieth", np.quantile(first, 0.05)),
        ("distance to the closest over that to the next, median", np.median(ratio)),
    )
    for name, value in figures:
        yield Check(name=name, where=table, value=round(float(value), 4), n=len(first), note=NOTE)
