"""Names that share trigrams."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.fidelity.asking import Asking, found
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.fuzzy import asked_names
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.fidelity.trigrams import rows_alike
from agentprobe.worlds.roles import NAMES, Role
from agentprobe.worlds.schema import Table


class TrigramName(Asking):
    """Ask for names that share enough trigrams: `name % 'ann smith'` in PostgreSQL."""

    title = "similar name (trigrams)"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """Names of people and organisations."""
        return ((column.name,) for column in table.having(*NAMES, Role.ORGANISATION))

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Some rows' own values are asked for."""
        return found(
            query, rows_alike(asked_names(columns, query.columns[0]), columns.folded(query.columns[0]))
        )
