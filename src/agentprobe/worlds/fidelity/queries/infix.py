"""A few letters from the middle of a word."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.fidelity.asking import ASKED, Asking, found, words_asked
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.contained import rows_holding
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.roles import NAMES
from agentprobe.worlds.schema import Table

LETTERS = 4


class Infix(Asking):
    """Ask for letters from the middle of a word: `name ILIKE '%mith%'`."""

    title = "letters from the middle"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """Names, of which people remember a piece."""
        return ((column.name,) for column in table.having(*NAMES))

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """The middle of some rows' words is asked for."""
        name = query.columns[0]
        words = [word for word in words_asked(columns, name, ASKED) if len(word) > LETTERS]
        middles = [word[(len(word) - LETTERS + 1) // 2 :][:LETTERS] for word in words]
        return found(query, rows_holding(middles, columns.folded(name)), of="no word is long enough")
