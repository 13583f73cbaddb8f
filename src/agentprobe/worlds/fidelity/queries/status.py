"""All rows of one status."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.fidelity.asking import Asking, found
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table


class Status(Asking):
    """Ask for all rows of one status: `status = 'active'`."""

    title = "of one status"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """Columns of few words."""
        return ((column.name,) for column in table.having(Role.CATEGORY, Role.FLAG))

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Every row's own status is asked for."""
        counts = columns.coded(query.columns[0]).counts
        return found(query, counts, counts, independent=int(counts.sum()))
