"""A word within a value."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.fidelity.asking import SEARCHED, Asking, found, words_asked
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.contained import rows_holding
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table

ASKED = 1000


class Substring(Asking):
    """Ask for a word within a value: `name ILIKE '%smith%'`."""

    title = "a word within"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """What people search, and titles."""
        return ((column.name,) for column in table.having(*SEARCHED, Role.TITLE))

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """A word of some rows' values is asked for."""
        name = query.columns[0]
        asked = words_asked(columns, name, ASKED)
        return found(query, rows_holding(asked, columns.folded(name)), of="no value has a word")
