"""Names that are much alike."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.fidelity.asking import Asking, found
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.fuzzy import similar
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.roles import NAMES, Role
from agentprobe.worlds.schema import Table


class CloseName(Asking):
    """Ask for names that are much alike: Jaro-Winkler of at least .92."""

    title = "similar name (Jaro-Winkler .92)"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """Names of people and organisations."""
        return ((column.name,) for column in table.having(*NAMES, Role.ORGANISATION))

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Some rows' own values are asked for."""
        return found(query, similar(columns, query.columns[0])[0.92])
