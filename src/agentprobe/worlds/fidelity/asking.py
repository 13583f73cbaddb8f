"""What every class of queries can do: say which columns it is asked of, and what it finds there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agentprobe.basis.catalogue import Catalogue
from agentprobe.worlds.fidelity.columns import Coded, Columns
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.fidelity.spreads import of_sizes
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table

ASKED = 1000
"""So many queries of a class that cannot be asked for all rows at once."""
SEARCHED = (
    Role.GIVEN_NAME,
    Role.SURNAME,
    Role.FULL_NAME,
    Role.ORGANISATION,
    Role.EMAIL,
    Role.USERNAME,
    Role.STREET,
    Role.CITY,
    Role.ADDRESS,
)
"""Columns that people search by what they remember of them."""
WORD = re.compile(r"\w+")


class Asking:
    """A class of queries; each file in `queries/` holds one."""

    title: ClassVar[str]
    """What it is, as the report says it."""
    streams: ClassVar[bool] = False
    """Does it read the table itself, instead of columns that were read for it?"""

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """The columns of a table, or sets of them, that agents ask so."""
        raise NotImplementedError

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Ask it of a table."""
        raise NotImplementedError


QUERIES: Catalogue[Asking] = Catalogue("agentprobe.worlds.fidelity.queries", Asking, "query class")


def found(
    query: Query,
    sizes: NDArray[Any],
    weights: NDArray[Any] | None = None,
    *,
    independent: int | None = None,
    of: str = "no row has a value to ask for",
) -> Observed:
    """What was found by queries with these result sizes, each asked as often as its weight says."""
    n = int(len(sizes) if weights is None else weights.sum())
    if not n:
        return Observed(query=query, missing=of)
    return Observed(
        query=query,
        n=n,
        independent=len(sizes) if independent is None else independent,
        mean=round(float(np.average(sizes, weights=weights)), 4),
        sizes=of_sizes(sizes, weights),
    )


def words_asked(columns: Columns, name: str, most: int) -> list[str]:
    """A word of each picked row's value, in small letters; which one, the row's number alone decides."""
    asked = []
    for row, value in picked(columns.folded(name), columns.picks(most)):
        words = WORD.findall(value)
        if words and len(word := words[row % len(words)]) > 2:
            asked.append(word)
    return asked


def picked(coded: Coded, rows: NDArray[np.int64]) -> Iterator[tuple[int, str]]:
    """The values of some rows, without the missing ones."""
    codes = coded.codes[rows]
    there = codes >= 0
    values = coded.values.take(codes[there].astype(np.int64)).to_pylist()
    yield from zip(rows[there].tolist(), values, strict=True)
