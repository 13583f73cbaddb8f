"""The index: a SQLite file beside the traces that answers at once and may be thrown away at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from agentprobe.trace.store.figures import SUMS, Sums
from agentprobe.trace.store.rows import SPAN_FIELDS, Row, Span, facts_of

VERSION = 1
"""The number of the schema; an index of another one is made anew."""
_SCHEMA = """
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT UNIQUE NOT NULL, stamp TEXT NOT NULL, session TEXT,
    started TEXT, seconds REAL, status TEXT, exit INTEGER, simulated INTEGER, command TEXT, problems TEXT,
    models INTEGER, tools INTEGER, failed INTEGER, retried INTEGER, truncated INTEGER,
    input_tokens INTEGER, output_tokens INTEGER, dollars REAL);
CREATE INDEX sessions_started ON sessions (started DESC);
CREATE INDEX sessions_session ON sessions (session);
CREATE TABLE spans (
    id INTEGER PRIMARY KEY AUTOINCREMENT, trace INTEGER NOT NULL, number INTEGER, kind TEXT, name TEXT,
    at REAL, seconds REAL, http INTEGER, attempts INTEGER, error TEXT, truncated INTEGER, writes INTEGER,
    input_tokens INTEGER, output_tokens INTEGER, dollars REAL, prompt TEXT);
CREATE INDEX spans_trace ON spans (trace);
CREATE INDEX spans_name ON spans (kind, name, trace);
CREATE INDEX spans_error ON spans (trace) WHERE error <> '';
CREATE INDEX spans_prompt ON spans (prompt, trace) WHERE prompt <> '';
CREATE INDEX spans_seconds ON spans (seconds);
CREATE INDEX spans_dollars ON spans (dollars) WHERE dollars IS NOT NULL;
CREATE VIRTUAL TABLE words USING fts5 (text, content='', detail=full);
CREATE TABLE durations (kind TEXT, name TEXT, class INTEGER, times INTEGER NOT NULL,
    PRIMARY KEY (kind, name, class)) WITHOUT ROWID;
CREATE TABLE totals (kind TEXT, name TEXT, calls INTEGER, attempts INTEGER, failed INTEGER, truncated INTEGER,
    input_tokens INTEGER, output_tokens INTEGER, dollars REAL, priced INTEGER,
    PRIMARY KEY (kind, name)) WITHOUT ROWID;
"""


class Known(NamedTuple):
    """What the index has of a file."""

    stamp: str
    open: bool
    """Had the session not ended yet?"""


class Index:
    """Sessions and spans, to be searched by SQL.

    The words of sessions that are gone stay in the text index until it is made anew; they lead nowhere.
    """

    def __init__(self, path: Path | str) -> None:
        """Open the index at `path`, or make it; `:memory:` keeps it out of every file.

        Raises sqlite3.DatabaseError for a file that is no index.
        """
        self.db = sqlite3.connect(path, timeout=30.0, isolation_level=None)
        self.db.execute("PRAGMA synchronous = OFF")  # it can be made anew from the traces
        self.db.execute("PRAGMA temp_store = MEMORY")
        self.db.execute("PRAGMA cache_size = -65536")
        (found,) = self.db.execute("PRAGMA user_version").fetchone()
        if found != VERSION:
            self._make()

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def known(self) -> dict[str, Known]:
        """What is indexed, by path."""
        rows = self.db.execute("SELECT path, stamp, status FROM sessions")
        return {path: Known(stamp, status == "open") for path, stamp, status in rows}

    @contextmanager
    def change(self) -> Iterator[None]:
        """All changes within are made together or not at all."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def put(self, row: Row) -> None:
        """Take in a session, in the place of what was known of its file."""
        self.drop([row.path])
        trace = self._session(row)
        for span in row.spans:
            self._span(trace, span)
        self._count(row.spans, 1)

    def drop(self, paths: Iterable[str]) -> None:
        """Forget sessions by their files."""
        for path in paths:
            found = self.db.execute("SELECT id FROM sessions WHERE path = ?", (path,)).fetchone()
            if found is None:
                continue
            self._count(self._spans(found[0]), -1)
            self.db.execute("DELETE FROM spans WHERE trace = ?", found)
            self.db.execute("DELETE FROM sessions WHERE id = ?", found)

    # -- rows ------------------------------------------------------------------------------------

    def _session(self, row: Row) -> int:
        return self._insert("sessions", facts_of(row))

    def _span(self, trace: int, span: Span) -> None:
        facts = {name: getattr(span, name) for name in SPAN_FIELDS}
        number = self._insert("spans", {"trace": trace, **facts})
        if span.text:
            self.db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, span.text))

    def _insert(self, table: str, facts: Mapping[str, Any]) -> int:
        names, marks = ", ".join(facts), ", ".join("?" * len(facts))
        done = self.db.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            tuple(facts.values()),
        )
        assert done.lastrowid is not None
        return done.lastrowid

    def _spans(self, trace: int) -> list[Span]:
        names = ", ".join(SPAN_FIELDS)
        rows = self.db.execute(f"SELECT {names} FROM spans WHERE trace = ?", (trace,))
        return [Span(**dict(zip(SPAN_FIELDS, row, strict=True))) for row in rows]

    # -- sums that are kept ----------------------------------------------------------------------

    def _count(self, spans: Iterable[Span], sign: int) -> None:
        sums = Sums.of(spans, sign)
        self.db.executemany(
            "INSERT INTO durations VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET times = times + excluded.times",
            ((*key, times) for key, times in sums.durations.items()),
        )
        added = ", ".join(f"{name} = {name} + excluded.{name}" for name in SUMS)
        marks = ", ".join("?" * (2 + len(SUMS)))
        self.db.executemany(
            f"INSERT INTO totals VALUES ({marks}) ON CONFLICT DO UPDATE SET {added}",
            ((*key, *values) for key, values in sums.totals.items()),
        )

    def _make(self) -> None:
        with self.change():
            tables = self.db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
                "AND name NOT LIKE 'words\\_%' ESCAPE '\\'"
            ).fetchall()
            for (name,) in tables:
                self.db.execute(f'DROP TABLE "{name}"')
            for statement in _SCHEMA.split(";"):
                self.db.execute(statement)
            self.db.execute(f"PRAGMA user_version = {VERSION}")
