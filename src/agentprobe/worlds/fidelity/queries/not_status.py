"""All rows but those of one status."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.fidelity.asking import Asking, found
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.queries.status import Status
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.schema import Table


class NotStatus(Asking):
    """Ask for all rows but those of one status: `status != 'closed'`."""

    title = "of any status but one"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """Columns of few words."""
        return Status.asked_of(table)

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Every row's own status is left out; rows without one are not found, as in SQL."""
        counts = columns.coded(query.columns[0]).counts
        return found(query, counts.sum() - counts, counts, independent=int(counts.sum()))
