"""One value, written exactly."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.fidelity.asking import Asking, found
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.roles import IDENTIFYING
from agentprobe.worlds.schema import Table


class Exact(Asking):
    """Ask for one value, written exactly: `name = 'Ann Smith'`."""

    title = "exact value"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """Whatever says who or where somebody is."""
        return ((column.name,) for column in table.having(*IDENTIFYING))

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Every row's own value is asked for."""
        counts = columns.coded(query.columns[0]).counts
        return found(query, counts, counts)
