"""The words of a text, split exactly as the index of a folder splits them."""

from __future__ import annotations

import sqlite3

from agentprobe.basis.canonical import digest

LONGEST = 100
"""A longer word is known by its digest: an index holds no longer keys."""


class Splitter:
    """Asks SQLite's full-text index for words, so that both stores find the same."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._db.execute("CREATE VIRTUAL TABLE words USING fts5 (text, content='', detail=full)")
        self._db.execute("CREATE VIRTUAL TABLE split USING fts5vocab (words, instance)")

    def close(self) -> None:
        """Let go of the index."""
        self._db.close()

    def words(self, text: str) -> list[str]:
        """The words in small letters, without accents and signs, in their order."""
        self._db.execute("BEGIN")
        self._db.execute("INSERT INTO words (rowid, text) VALUES (1, ?)", (text,))
        found = self._db.execute("SELECT term FROM split ORDER BY offset").fetchall()
        self._db.execute("ROLLBACK")
        return [word if len(word) <= LONGEST else digest(word) for (word,) in found]
