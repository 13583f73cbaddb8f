"""One project's traces in a team's store, asked as a folder of traces is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

from agentprobe.adapters.team import schema
from agentprobe.adapters.team.address import Address, StoreError
from agentprobe.adapters.team.contents import unpacked
from agentprobe.adapters.team.words import Splitter
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.trace.store.archive import inside
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

if TYPE_CHECKING:
    import psycopg

_SESSION = ", ".join(f"sessions.{field.name}" for field in fields(SessionFound))
_SPAN = "path, session, started, spans.number, kind, name, spans.at, spans.seconds, error"
_JOINED = (
    "agentprobe.texts JOIN agentprobe.spans USING (trace, place) "
    "JOIN agentprobe.sessions ON sessions.id = spans.trace"
)


class TeamStore:
    """The traces of one project; every question is answered by the database."""

    def __init__(self, connection: psycopg.Connection, project: int, *, name: str, shown: str) -> None:
        self.connection = connection
        self.project = project
        self.name = name
        self.shown = shown
        self.splitter = Splitter()
        self._said: dict[tuple[str, int], str] = {}

    @classmethod
    @contextmanager
    def opened(cls, address: Address, project: str, *, make: bool = False) -> Iterator[Self]:
        """The project's traces, for as long as the context lasts; `make` makes what is not there yet.

        Raises StoreError when the store cannot be reached or holds nothing, ConfigError for an unknown
        project.
        """
        with address.connected() as connection:
            if make:
                schema.make(connection)
                connection.execute(
                    "INSERT INTO agentprobe.projects (name) VALUES (%s) ON CONFLICT DO NOTHING", (project,)
                )
            elif schema.version(connection) is None:
                raise StoreError(f"the store at {address.shown} holds no traces yet; bring some with `push`")
            store = cls(connection, _number(connection, project), name=project, shown=address.shown)
            try:
                yield store
            finally:
                store.splitter.close()

    # -- questions -------------------------------------------------------------------------------

    def sessions(self, wanted: Wanted) -> list[SessionFound]:
        """The newest sessions that meet the conditions."""
        given, order = [self._mine("sessions"), *of_session(wanted)], "started DESC, id DESC"
        if wanted.text:
            clause, values = joined([*self._words(wanted.text), *self._of_span(wanted)])
            given.append((f"id IN (SELECT trace FROM {_TEXTS} WHERE {clause})", values))
            order = "id DESC"
        elif asked := self._of_span(wanted):
            clause, values = joined(asked)
            given.append((f"id IN (SELECT trace FROM agentprobe.spans WHERE {clause})", values))
        clause, values = joined(given)
        query = f"SELECT {_SESSION} FROM agentprobe.sessions WHERE {clause} ORDER BY {order} LIMIT ?"
        names = [field.name for field in fields(SessionFound)]
        rows = self.ask(query, (*values, wanted.limit))
        return [SessionFound(**dict(zip(names, row, strict=True))) for row in rows]

    def spans(self, wanted: Wanted) -> Iterator[SpanFound]:
        """The spans that hold a text and meet the conditions, those taken in last first."""
        given = [self._mine("sessions"), *self._words(wanted.text), *of_session(wanted)]
        clause, values = joined([*given, *self._of_span(wanted)])
        order = "ORDER BY spans.trace DESC, spans.place DESC LIMIT ?"
        query = f"SELECT {_SPAN}, texts.text FROM {_JOINED} WHERE {clause} {order}"
        names = [field.name for field in fields(SpanFound)]
        for *row, text in self.ask(query, (*values, wanted.limit)):
            span = SpanFound(**dict(zip(names, row, strict=True)))
            self._said[span.path, span.number] = text
            yield span

    def stats(self, kind: str = "") -> list[Stat]:
        """The figures of every model and tool, those called most first."""
        classes = defaultdict[tuple[str, str], list[tuple[int, int]]](list)
        for of_kind, name, number, times in self.ask(
            "SELECT kind, name, class, times FROM agentprobe.durations "
            "WHERE project = ? AND times > 0 ORDER BY class",
            (self.project,),
        ):
            classes[of_kind, name].append((number, times))
        rows = self.ask(
            f"SELECT {COLUMNS} FROM agentprobe.totals WHERE project = ? AND calls > 0 AND kind LIKE ? "
            "ORDER BY kind, calls DESC, name",
            (self.project, kind or "%"),
        )
        return [stat_of(row, classes[row[0], row[1]]) for row in rows]

    def errors(self, limit: int = 20) -> list[tuple[str, str, int]]:
        """The commonest errors: the name, the error, and how often."""
        rows = self.ask(
            "SELECT name, substr(error, 1, 80) AS said, count(*) AS times FROM agentprobe.spans "
            "WHERE project = ? AND error <> '' GROUP BY name, said ORDER BY times DESC, name, said LIMIT ?",
            (self.project, limit),
        )
        return [(str(name), str(said), int(times)) for name, said, times in rows]

    def ended(self) -> list[tuple[str, str]]:
        """The path and the beginning of every session that has ended, the newest first."""
        rows = self.ask(
            "SELECT path, started FROM agentprobe.sessions WHERE project = ? AND status <> 'open' "
            "ORDER BY started DESC, id DESC",
            (self.project,),
        )
        return [(str(path), str(started)) for path, started in rows]

    def called(self, name: str) -> list[tuple[str, str]]:
        """The sessions whose name begins so, or whose path it is, with their paths; the newest first."""
        rows = self.ask(
            "SELECT session, path FROM agentprobe.sessions WHERE project = ? AND (session ^@ ? OR path = ?) "
            "ORDER BY started DESC, id DESC",
            (self.project, name, name),
        )
        return [(str(session), str(path)) for session, path in rows]

    def names(self, limit: int = 1000) -> list[str]:
        """The names of the newest sessions."""
        rows = self.ask(
            "SELECT session FROM agentprobe.sessions WHERE project = ? ORDER BY started DESC LIMIT ?",
            (self.project, limit),
        )
        return [str(name) for (name,) in rows]

    # -- traces ----------------------------------------------------------------------------------

    def said(self, span: SpanFound) -> str:
        """What can be searched of a span that `spans` has found."""
        return self._said.get((span.path, span.number), "")

    def content(self, path: str) -> bytes:
        """The bytes of the trace's file, as they were; raises TraceError for a damaged copy."""
        rows = self.ask(
            "SELECT digest, bytes FROM agentprobe.sessions JOIN agentprobe.pieces USING (project, digest) "
            "WHERE project = ? AND path = ? ORDER BY pieces.number",
            (self.project, path),
        )
        if not rows:
            raise StoreError(f"{path} is no longer in the store at {self.shown}")
        return unpacked((piece for _, piece in rows), str(rows[0][0]), path)

    @contextmanager
    def here(self, path: str) -> Iterator[Path]:
        """A copy to read, as long as the context lasts."""
        with TemporaryDirectory(prefix="agentprobe-") as folder:
            copy = Path(folder) / Path(inside(path, self.shown)).name
            copy.write_bytes(self.content(path))
            yield copy

    def place(self, path: str) -> str:
        """Where a trace lies, in words for people."""
        return f"{path} in {self.name}"

    def delete(self, paths: Iterable[str]) -> None:
        """Throw traces away, all of them or none."""
        from agentprobe.adapters.team.change import changing, drop

        wanted = list(paths)
        with changing(self):
            rows = self.ask(
                "SELECT id FROM agentprobe.sessions WHERE project = ? AND path = ANY(?)",
                (self.project, wanted),
            )
            drop(self, [int(trace) for (trace,) in rows])

    # -- SQL -------------------------------------------------------------------------------------

    def ask(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that answer a query, in which `?` stands for a value."""
        bound = tuple(value.replace("\0", " ") if isinstance(value, str) else value for value in values)
        return self.connection.execute(query.replace("?", "%s"), bound).fetchall()

    def _mine(self, table: str) -> Condition:
        return f"{table}.project = ?", (self.project,)

    def _of_span(self, wanted: Wanted) -> list[Condition]:
        query = (
            "SELECT name FROM agentprobe.totals "
            "WHERE project = ? AND kind = ? AND calls > 0 AND lower(name) LIKE ? ESCAPE '!'"
        )
        meant = [
            one_of(kind, (name for (name,) in self.ask(query, (self.project, kind, like(pattern)))))
            for kind, pattern in names_asked(wanted)
        ]
        asked = [*of_span(wanted), *meant]
        return [self._mine("spans"), *asked] if asked else []

    def _words(self, text: str) -> list[Condition]:
        """That the words stand in a span, and stand together."""
        words = self.splitter.words(text.replace("\0", " "))
        if not words:
            return [("false", ())]
        held = ("string_to_array(texts.words, ' ') @> ?", (sorted(set(words)),))
        together = ("strpos(' ' || texts.words || ' ', ?) > 0", (f" {' '.join(words)} ",))
        return [held, together] if len(words) > 1 else [held]


_TEXTS = "agentprobe.texts JOIN agentprobe.spans USING (trace, place)"


def _number(connection: psycopg.Connection, project: str) -> int:
    rows = connection.execute("SELECT name, id FROM agentprobe.projects").fetchall()
    found = {str(name): int(number) for name, number in rows}
    if project not in found:
        raise ConfigError(f"no project '{project}' in the store{did_you_mean(project, found)}")
    return found[project]
