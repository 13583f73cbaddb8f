"""How clearly one document answers a question: how far the second best is behind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from agentprobe.worlds.asked.data import Data
from agentprobe.worlds.asked.finding import Finding
from agentprobe.worlds.asked.phrases import Phrases
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table
from agentprobe.worlds.tasks.truth import quoted
from agentprobe.worlds.vectors.embed import embed

FAR = 0.08
"""A second best that is so far behind, as the cosine of their vectors, is taken for the best by nobody."""
LEAST = 0.15
"""A best document that is no nearer than this does not answer the question."""
_TITLE = re.compile(r"title|heading|headline", re.IGNORECASE)
_BODY = re.compile(r"body|text|content|article|answer|passage", re.IGNORECASE)
_AT_ONCE = 20_000


class Papers:
    """The documents of a world, all questions held against each of them once."""

    def __init__(self, data: Data, asked: Sequence[Phrases]) -> None:
        self._found: list[tuple[str, Phrases, float, float]] = []
        for table in data.tables.values():
            if (columns := _texts(table)) and asked:
                for phrases, (best, second) in zip(asked, _scores(data, table, columns, asked), strict=True):
                    self._found.append((table.name, phrases, best, second))

    def look(self, phrases: Phrases) -> Iterator[Finding]:
        """The margin between the two documents that are nearest to the question."""
        for table, about, best, second in self._found:
            if about == phrases and best >= LEAST:
                yield Finding(
                    about="documents",
                    said=f"nearness of the best document of {table}: {best:.2f}; of the second: {second:.2f}",
                    trivial=best - second > FAR,
                    margin=round(best - second, 4),
                )


def _texts(table: Table) -> tuple[str, ...]:
    """Title and text of a table of documents; none where it holds no documents."""
    titles = [one.name for one in table.columns if one.role is Role.TITLE or _TITLE.search(one.name)]
    plain = [one.name for one in table.having(Role.TEXT) if titles and _BODY.search(one.name)]
    texts = [one.name for one in table.having(Role.DOCUMENT)] or plain
    return (*titles[:1], *texts[:1]) if texts else ()


def _scores(
    data: Data, table: Table, columns: tuple[str, ...], asked: Sequence[Phrases]
) -> list[tuple[float, float]]:
    """The two best cosines of each question."""
    queries = np.asarray(embed(pa.array([one.prompt for one in asked])), np.float32)
    best = np.full((len(asked), 2), -1.0, np.float32)
    text = " || '. ' || ".join(f"coalesce(CAST({quoted(name)} AS VARCHAR), '')" for name in columns)
    skip = 0
    while True:
        sql = f"SELECT {text} FROM {quoted(table.name)} LIMIT {_AT_ONCE} OFFSET {skip}"
        rows = data.rows(sql)
        if not rows:
            return [(float(first), float(second)) for first, second in best]
        found = np.asarray(embed(pa.array([row[0] for row in rows])), np.float32)
        every = np.concatenate([best, queries @ found.T], axis=1)
        best = -np.sort(-every, axis=1)[:, :2]
        skip += len(rows)
