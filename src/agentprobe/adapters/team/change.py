"""What changes a project in a team's store: one change at a time, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from agentprobe.adapters.team.contents import packed
from agentprobe.adapters.team.schema import LOCK
from agentprobe.basis.canonical import digest
from agentprobe.trace.store.figures import SUMS, Sums
from agentprobe.trace.store.rows import SPAN_FIELDS, Row, Span, facts_of

if TYPE_CHECKING:
    from agentprobe.adapters.team.store import TeamStore


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A trace on its way into the store."""

    digest: str
    data: bytes
    row: Row


@contextmanager
def changing(store: TeamStore) -> Iterator[None]:
    """A transaction in which nobody else changes the project."""
    with store.connection.transaction():
        lock(store)
        yield


def lock(store: TeamStore) -> None:
    """Keep others from changing the project until the transaction ends."""
    store.ask("SELECT pg_advisory_xact_lock(?, ?)", (LOCK, store.project))


def put(store: TeamStore, parcels: Sequence[Parcel]) -> int:
    """Take in traces that are not there yet, all of them or none; gives their number.

    The bytes travel before others are kept waiting, and in the order of their digests, so that two who bring
    the same traces never wait for each other.
    """
    with store.connection.transaction():
        brought = {parcel.digest for parcel in sorted(parcels, key=_digest) if _carried(store, parcel)}
        lock(store)
        new = list({one.digest: one for one in parcels if one.digest in brought}.values())
        drop(store, [trace for parcel in new for trace in _earlier(store, parcel)])
        _insert(store, new)
        _count(store, (span for parcel in new for span in parcel.row.spans), 1)
    return len(new)


def drop(store: TeamStore, traces: Sequence[int]) -> None:
    """Forget sessions by their numbers, within a change."""
    given = (list(traces),)
    names = ", ".join(SPAN_FIELDS)
    rows = store.ask(f"SELECT {names} FROM agentprobe.spans WHERE trace = ANY(?)", given)
    _count(store, (Span(**dict(zip(SPAN_FIELDS, row, strict=True))) for row in rows), -1)
    for table in ("texts", "spans"):
        store.connection.execute(f"DELETE FROM agentprobe.{table} WHERE trace = ANY(%s)", given)
    gone = store.ask("DELETE FROM agentprobe.sessions WHERE id = ANY(?) RETURNING digest", given)
    store.connection.execute(
        "DELETE FROM agentprobe.contents WHERE project = %s AND digest = ANY(%s)",
        (store.project, [name for (name,) in gone]),
    )


def _digest(parcel: Parcel) -> str:
    return parcel.digest


def _carried(store: TeamStore, parcel: Parcel) -> bool:
    """Bring the bytes; False when they are there."""
    new = store.ask(
        "INSERT INTO agentprobe.contents VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING true",
        (store.project, parcel.digest, len(parcel.data)),
    )
    if new:
        with store.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO agentprobe.pieces VALUES (%s, %s, %s, %b)",
                (
                    (store.project, parcel.digest, number, piece)
                    for number, piece in enumerate(packed(parcel.data))
                ),
            )
    return bool(new)


def _earlier(store: TeamStore, parcel: Parcel) -> Iterator[int]:
    """Sessions that were open when they were brought, and of which this is what has become."""
    rows = store.ask(
        "SELECT id, digest, size FROM agentprobe.sessions JOIN agentprobe.contents USING (project, digest) "
        "WHERE project = ? AND session = ? AND status = 'open' AND size < ?",
        (store.project, parcel.row.session, len(parcel.data)),
    )
    yield from (int(trace) for trace, name, size in rows if digest(parcel.data[:size]) == name)


def _insert(store: TeamStore, parcels: Sequence[Parcel]) -> None:
    numbers = store.ask(
        "SELECT nextval('agentprobe.traces') FROM generate_series(1, ?::integer)", (len(parcels),)
    )
    taken = {
        str(path)
        for (path,) in store.ask(
            "SELECT path FROM agentprobe.sessions WHERE project = ? AND path = ANY(?)",
            (store.project, [_clean(parcel.row.path) for parcel in parcels]),
        )
    }
    rows = []
    for (number,), parcel in zip(numbers, parcels, strict=True):
        path = _free(_clean(parcel.row.path), parcel.digest, taken)
        taken.add(path)
        facts = {**facts_of(parcel.row), "path": path, "stamp": ""}
        rows.append({"id": number, "project": store.project, "digest": parcel.digest, **facts})
    placed = [
        (number, place, span)
        for (number,), parcel in zip(numbers, parcels, strict=True)
        for place, span in enumerate(parcel.row.spans)
    ]
    _copy(store, "sessions", rows)
    _copy(store, "spans", (_span(store, *one) for one in placed))
    _copy(store, "texts", (_text(store, *one) for one in placed if one[2].text))


def _free(path: str, name: str, taken: set[str]) -> str:
    """The path, or one that tells two traces of the same name apart."""
    if path not in taken:
        return path
    pure = PurePosixPath(path)
    return str(pure.with_stem(f"{pure.stem}-{name[:12]}"))


def _span(store: TeamStore, trace: int, place: int, span: Span) -> dict[str, Any]:
    facts = {name: getattr(span, name) for name in SPAN_FIELDS}
    return {"trace": trace, "place": place, "project": store.project, **facts}


def _text(store: TeamStore, trace: int, place: int, span: Span) -> dict[str, Any]:
    words = " ".join(store.splitter.words(_clean(span.text)))
    return {"trace": trace, "place": place, "text": span.text, "words": words}


def _copy(store: TeamStore, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Bring rows of the same columns into a table, the quickest way."""
    left = iter(rows)
    first = next(left, None)
    if first is None:
        return
    columns = ", ".join(first)
    with (
        store.connection.cursor() as cursor,
        cursor.copy(f"COPY agentprobe.{table} ({columns}) FROM STDIN") as copy,
    ):
        for row in (first, *left):
            copy.write_row([_clean(value) for value in row.values()])


def _clean(value: Any) -> Any:
    """The value as PostgreSQL can hold it: no zero in texts, no surrogates, and yes and no as numbers."""
    if isinstance(value, str):
        return value.replace("\0", " ").encode(errors="replace").decode()
    return int(value) if isinstance(value, bool) else value


def _count(store: TeamStore, spans: Iterable[Span], sign: int) -> None:
    sums = Sums.of(spans, sign)
    added = ", ".join(f"{name} = totals.{name} + excluded.{name}" for name in SUMS)
    marks = ", ".join(["%s"] * (3 + len(SUMS)))
    with store.connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO agentprobe.durations VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (project, kind, name, class) DO UPDATE SET times = durations.times + excluded.times",
            [(store.project, kind, _clean(name), *rest) for (kind, name, *rest) in _flat(sums.durations)],
        )
        cursor.executemany(
            f"INSERT INTO agentprobe.totals VALUES ({marks}) "
            f"ON CONFLICT (project, kind, name) DO UPDATE SET {added}",
            [(store.project, kind, _clean(name), *sums) for (kind, name), sums in sums.totals.items()],
        )


def _flat(durations: dict[tuple[str, str, int], int]) -> Iterator[tuple[str, str, int, int]]:
    yield from ((*key, times) for key, times in durations.items())
