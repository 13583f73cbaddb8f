"""What is asked of an index: sessions that meet conditions, spans that hold a text, figures by name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from agentprobe.trace.store.index import Index
from agentprobe.trace.store.rows import STEP

MANY = 20_000
"""Of so many spans that meet a condition it is quicker to look for one in the newest sessions."""
Condition = tuple[str, tuple[Any, ...]]
"""A piece of SQL, and the values that are bound in it."""
_SESSION = (
    "path, session, started, seconds, status, exit, simulated, command, problems, models, tools, failed, "
    "retried, truncated, input_tokens, output_tokens, dollars"
)


@dataclass(frozen=True, kw_only=True)
class SessionFound:
    """A session as the index has it."""

    path: str
    session: str
    started: str
    seconds: float
    status: str
    exit: int | None
    simulated: int
    command: str
    problems: str
    models: int
    tools: int
    failed: int
    retried: int
    truncated: int
    input_tokens: int | None
    output_tokens: int | None
    dollars: float | None


@dataclass(frozen=True, kw_only=True)
class SpanFound:
    """A span as the index has it, and where it lies."""

    path: str
    session: str
    started: str
    number: int
    kind: str
    name: str
    at: float
    seconds: float | None
    error: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Conditions, all of which must hold; what is None or empty is none."""

    model: str = ""
    tool: str = ""
    text: str = ""
    """Words that stand together in one span."""
    error: str = ""
    """A part of an error's text."""
    failed: bool = False
    prompt: str = ""
    """The beginning of a system prompt's digest."""
    slower_seconds: float | None = None
    dearer_dollars: float | None = None
    status: str | None = None
    since: str = ""
    """An ISO date, or date and time."""
    until: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class Stat:
    """The figures of one model or tool."""

    kind: str
    name: str
    calls: int
    attempts: int
    failed: int
    truncated: int
    input_tokens: int
    output_tokens: int
    dollars: float | None
    """The sum of what has a price; None when nothing has."""
    unpriced: int
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None


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
        "SELECT kind, name, calls, attempts, failed, truncated, input_tokens, output_tokens, dollars, priced "
        "FROM totals WHERE calls > 0 AND kind LIKE ? ORDER BY kind, calls DESC, name",
        (kind or "%",),
    )
    return [_stat(index, row) for row in rows]


def errors(index: Index, limit: int = 20) -> list[tuple[str, str, int]]:
    """The commonest errors: the name, the error without what differs in it, and how often."""
    rows = index.db.execute(
        "SELECT name, substr(error, 1, 80) AS said, count(*) AS times FROM spans WHERE error <> '' "
        "GROUP BY name, said ORDER BY times DESC LIMIT ?",
        (limit,),
    )
    return [(str(name), str(said), int(times)) for name, said, times in rows]


# -- conditions --------------------------------------------------------------------------------------


def _newest(index: Index, wanted: Wanted) -> Iterator[Sequence[Any]]:
    given = _of_session(wanted)
    if of_span := _of_span(index, wanted):
        given.append(_some_span(index, of_span))
    clause, values = _joined(given)
    query = f"SELECT {_SESSION} FROM sessions WHERE {clause} ORDER BY started DESC, id DESC LIMIT ?"
    yield from index.db.execute(query, (*values, wanted.limit))


def _some_span(index: Index, of_span: list[Condition]) -> Condition:
    """That a session has such a span: looked for in each session where they are many, else collected."""
    clause, values = _joined(of_span)
    probe = f"SELECT count(*) FROM (SELECT 1 FROM spans WHERE {clause} LIMIT {MANY})"
    (found,) = index.db.execute(probe, values).fetchone()
    if found < MANY:
        return f"id IN (SELECT trace FROM spans WHERE {clause})", values
    return f"EXISTS (SELECT 1 FROM spans WHERE spans.trace = sessions.id AND {clause})", values


def _matching(index: Index, wanted: Wanted, columns: str) -> Iterator[Sequence[Any]]:
    given = [("words MATCH ?", (phrase(wanted.text),)), *_of_session(wanted), *_of_span(index, wanted)]
    chosen = ", ".join(f"sessions.{name}" if name in _SHARED else name for name in columns.split(", "))
    clause, values = _joined(given)
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


def _of_session(wanted: Wanted) -> list[Condition]:
    return _asked(
        ("status = ?", wanted.status),
        ("started >= ?", wanted.since or None),
        ("started < ?", wanted.until or None),
    )


def _of_span(index: Index, wanted: Wanted) -> list[Condition]:
    found = _asked(
        ("spans.error <> '' AND spans.error LIKE ? ESCAPE '!'", _like(wanted.error, "%{}%")),
        ("spans.prompt >= ?", wanted.prompt or None),
        ("spans.prompt < ?", wanted.prompt + "g" if wanted.prompt else None),  # digests end with f at most
        ("spans.seconds > ?", wanted.slower_seconds),
        ("spans.dollars > ?", wanted.dearer_dollars),
    )
    if wanted.failed:
        found.append(("spans.error <> ''", ()))
    return [*found, *_named(index, "model", wanted.model), *_named(index, "tool", wanted.tool)]


def _named(index: Index, kind: str, pattern: str) -> list[Condition]:
    """That it is one of the models, or tools, which a pattern means."""
    if not pattern:
        return []
    query = "SELECT name FROM totals WHERE kind = ? AND calls > 0 AND name LIKE ? ESCAPE '!'"
    names = [name for (name,) in index.db.execute(query, (kind, _like(pattern)))]
    return [(f"spans.kind = ? AND spans.name IN ({', '.join('?' * len(names))})", (kind, *names))]


def _asked(*given: tuple[str, Any]) -> list[Condition]:
    return [(text, (value,)) for text, value in given if value is not None]


def _joined(given: list[Condition]) -> tuple[str, tuple[Any, ...]]:
    return (
        " AND ".join(text for text, _ in given) or "true",
        tuple(value for _, values in given for value in values),
    )


def _like(text: str, where: str = "{}") -> str | None:
    """A pattern in which `*` stands for anything; None for no text."""
    for sign in "!%_":
        text = text.replace(sign, f"!{sign}")
    return where.format(text.replace("*", "%")) if text else None


# -- figures -----------------------------------------------------------------------------------------


def _stat(index: Index, row: Sequence[Any]) -> Stat:
    kind, name, calls, attempts, failed, truncated, given, said, dollars, priced = row
    p50, p95, p99 = _percentiles(index, kind, name, (0.5, 0.95, 0.99))
    return Stat(
        kind=kind,
        name=name,
        calls=calls,
        attempts=attempts,
        failed=failed,
        truncated=truncated,
        input_tokens=given,
        output_tokens=said,
        dollars=dollars if priced else None,
        unpriced=calls - priced,
        p50_seconds=p50,
        p95_seconds=p95,
        p99_seconds=p99,
    )


def _percentiles(index: Index, kind: str, name: str, shares: Sequence[float]) -> list[float | None]:
    classes = index.db.execute(
        "SELECT class, times FROM durations WHERE kind = ? AND name = ? AND times > 0 ORDER BY class",
        (kind, name),
    ).fetchall()
    whole = sum(times for _, times in classes)
    return [_at(classes, math.ceil(share * whole)) if whole else None for share in shares]


def _at(classes: Sequence[tuple[int, int]], rank: int) -> float:
    """The duration of the call with this rank, from 1."""
    passed = 0
    for number, times in classes:
        passed += times
        if passed >= rank:
            return math.exp(number * STEP)
    raise AssertionError("the rank lies within the calls")
