"""What is asked of an index: sessions that meet conditions, spans that hold a text, figures by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from agentprobe.trace.store.conditions import (
    Condition,
    joined,
    like,
    names_asked,
    of_session,
    of_span,
    one_of,
)
from agentprobe.trace.store.figures import COLUMNS, stat_of
from agentprobe.trace.store.found import SessionFound, SpanFound, Stat, Wanted
from agentprobe.trace.store.index import Index

MANY = 20_000
"""Of so many spans that meet a condition it is quicker to look for one in the newest sessions."""
_SESSION = ", ".join(field.name for field in fields(SessionFound))


def sessions(index: Index, wanted: Wanted) -> list[SessionFound]:
    """The newest sessions that meet the conditions."""
    names = [field.name for field in fields(SessionFound)]
    rows = _matching(index, wanted, _SESSION) if wanted.text else _newest(index, wanted)
    found: dict[str, SessionFound] = {}
    for row in rows:
        one = SessionFound(**dict(zip(names, row, strict=True)))
        found.setdefault(one.path, one)
        if len(found) >= wanted.limit:
            break
    return list(found.values())


def spans(index: Index, wanted: Wanted) -> Iterator[SpanFound]:
    """The spans that hold a text and meet the conditions, those indexed last first."""
    names = [field.name for field in fields(SpanFound)]
    columns = "path, session, started, number, kind, name, spans.at, spans.seconds, error"
    for row, _ in zip(_matching(index, wanted, columns), range(wanted.limit), strict=False):
        yield SpanFound(**dict(zip(names, row, strict=True)))


def stats(index: Index, kind: str = "") -> list[Stat]:
    """The figures of every model and tool, those called most first; durations to one per cent."""
    rows = index.db.execute(
        f"SELECT {COLUMNS} FROM totals WHERE calls > 0 AND kind LIKE ? ORDER BY kind, calls DESC, name",
        (kind or "%",),
    )
    return [stat_of(row, _classes(index, *row[:2])) for row in rows]


def errors(index: Index, limit: int = 20) -> list[tuple[str, str, int]]:
    """The commonest errors: the name, the error without what differs in it, and how often."""
    rows = index.db.execute(
        "SELECT name, substr(error, 1, 80) AS said, count(*) AS times FROM spans WHERE error <> '' "
        "GROUP BY name, said ORDER BY times DESC, name, said LIMIT ?",
        (limit,),
    )
    return [(str(name), str(said), int(times)) for name, said, times in rows]


def ended(index: Index) -> list[tuple[str, str]]:
    """The path and the beginning of every session that has ended, the newest first."""
    return index.db.execute(
        "SELECT path, started FROM sessions WHERE status NOT IN ('open', 'unreadable') "
        "ORDER BY started DESC, id DESC"
    ).fetchall()


def called(index: Index, name: str) -> list[tuple[str, str]]:
    """The sessions whose name begins so, or whose path it is, with their paths; the newest first."""
    return index.db.execute(
        "SELECT session, path FROM sessions WHERE substr(session, 1, length(?)) = ? OR path = ? "
        "ORDER BY started DESC, id DESC",
        (name, name, name),
    ).fetchall()


def names(index: Index, limit: int) -> list[str]:
    """The names of the newest sessions."""
    rows = index.db.execute("SELECT session FROM sessions ORDER BY started DESC LIMIT ?", (limit,))
    return [name for (name,) in rows]


# -- conditions --------------------------------------------------------------------------------------


def _newest(index: Index, wanted: Wanted) -> Iterator[Sequence[Any]]:
    given = of_session(wanted)
    if asked := _of_span(index, wanted):
        given.append(_some_span(index, asked))
    clause, values = joined(given)
    query = f"SELECT {_SESSION} FROM sessions WHERE {clause} ORDER BY started DESC, id DESC LIMIT ?"
    yield from index.db.execute(query, (*values, wanted.limit))


def _some_span(index: Index, asked: list[Condition]) -> Condition:
    """That a session has such a span: looked for in each session where they are many, else collected."""
    clause, values = joined(asked)
    probe = f"SELECT count(*) FROM (SELECT 1 FROM spans WHERE {clause} LIMIT {MANY})"
    (found,) = index.db.execute(probe, values).fetchone()
    if found < MANY:
        return f"id IN (SELECT trace FROM spans WHERE {clause})", values
    return f"EXISTS (SELECT 1 FROM spans WHERE spans.trace = sessions.id AND {clause})", values


def _matching(index: Index, wanted: Wanted, columns: str) -> Iterator[Sequence[Any]]:
    given = [("words MATCH ?", (phrase(wanted.text),)), *of_session(wanted), *_of_span(index, wanted)]
    chosen = ", ".join(f"sessions.{name}" if name in _SHARED else name for name in columns.split(", "))
    clause, values = joined(given)
    query = (
        f"SELECT {chosen} FROM words JOIN spans ON spans.id = words.rowid "
        f"JOIN sessions ON sessions.id = spans.trace WHERE {clause} ORDER BY words.rowid DESC"
    )
    yield from index.db.execute(query, values)


_SHARED = frozenset({"seconds", "input_tokens", "output_tokens", "dollars", "truncated"})
"""The columns that sessions and spans both have; a list of sessions means the session's."""


def phrase(text: str) -> str:
    """The text as the index takes it: its words, one after the other, whatever signs it holds."""
    return '"' + text.replace('"', '""').replace("\0", " ") + '"'


def _of_span(index: Index, wanted: Wanted) -> list[Condition]:
    query = "SELECT name FROM totals WHERE kind = ? AND calls > 0 AND lower(name) LIKE ? ESCAPE '!'"
    meant = [
        one_of(kind, (name for (name,) in index.db.execute(query, (kind, like(pattern)))))
        for kind, pattern in names_asked(wanted)
    ]
    return [*of_span(wanted), *meant]


# -- figures -----------------------------------------------------------------------------------------


def _classes(index: Index, kind: str, name: str) -> list[tuple[int, int]]:
    return index.db.execute(
        "SELECT class, times FROM durations WHERE kind = ? AND name = ? AND times > 0 ORDER BY class",
        (kind, name),
    ).fetchall()
