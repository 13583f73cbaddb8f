"""Which status a question speaks of, and whether it matters how one asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.asked.data import Data
from agentprobe.worlds.asked.finding import Finding
from agentprobe.worlds.asked.phrases import Phrases
from agentprobe.worlds.planting.vocabulary import CLOSED, OPEN, plain
from agentprobe.worlds.roles import Role
from agentprobe.worlds.tasks.truth import quoted

MOST = 1_000
"""A column of more different words holds no status."""


class Statuses:
    """The vocabularies of a world's status columns, with how often each word stands there."""

    def __init__(self, data: Data) -> None:
        self._counts: dict[tuple[str, str], dict[str, int]] = {}
        for table in data.tables.values():
            for column in table.having(Role.CATEGORY):
                sql = f"""SELECT CAST({quoted(column.name)} AS VARCHAR), count(*) FROM {quoted(table.name)}
                    WHERE {quoted(column.name)} IS NOT NULL GROUP BY 1 LIMIT {MOST + 1}"""
                words = {str(word): int(count) for word, count in data.rows(sql)}
                if len(words) <= MOST and any(plain(word) in (*OPEN, *CLOSED) for word in words):
                    self._counts[table.name, column.name] = words

    def look(self, phrases: Phrases) -> Iterator[Finding]:
        """For each status that the question names: does its negation give other rows?"""
        for (table, column), words in self._counts.items():
            asked = {plain(word) for word in words} & set(OPEN) & phrases.runs.keys()
            for word in sorted(asked):
                exact = sum(count for one, count in words.items() if one == word)
                meant = sum(count for one, count in words.items() if plain(one) == word)
                negated = sum(count for one, count in words.items() if one not in CLOSED)
                yield Finding(
                    about="status",
                    said=f"rows of {table} whose {column} is '{word}': {meant:,}; letter by letter: "
                    f"{exact:,}; not closed: {negated:,}",
                    trivial=exact == meant == negated,
                    fits=meant,
                    loosest=max(meant, negated),
                )
