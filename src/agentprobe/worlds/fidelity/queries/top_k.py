"""The nearest of all vectors."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.fidelity.asking import Asking
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.fidelity.spreads import of_scores, of_sizes
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table
from agentprobe.worlds.vectors.measure import measured


class TopK(Asking):
    """Ask for the ten nearest vectors: how good is the best, how close are the next?"""

    title = "nearest ten vectors"
    streams = True

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """Embeddings."""
        return ((column.name,) for column in table.having(Role.VECTOR) if column.kind == "vector")

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Some rows' own vectors are asked for, each without itself."""
        there = measured(columns.whole(), columns.table, columns.table.column(query.columns[0]))
        if not len(there.best):
            return Observed(query=query, missing="no two rows have a vector")
        return Observed(
            query=query,
            n=len(there.best),
            independent=len(there.best),
            mean=round(float(there.within.mean()), 4),
            scores={
                "best score": of_scores(there.best),
                "gap to the tenth": of_scores(there.gap),
                "hits within .05": of_sizes(there.within),
            },
        )
