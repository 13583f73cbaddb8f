"""What the tools of a support agent ask of a world that stands: pages, counts, meaning, free slots.

Every question is asked for values of rows that are drawn from the whole world, each once; the first ones
find nothing in memory. What a run's own world costs is measured with one row written in it.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from agentprobe.worlds.calendars.busy import SLOT, WEEKS, Bits, busy, working
from agentprobe.worlds.calendars.measure import free
from agentprobe.worlds.calendars.tables import tables_of
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.stand import furnish, release
from agentprobe.worlds.stand.standing import read_standing
from agentprobe.worlds.vectors.embed import embed

PAGE = 10
HOUR = 3_600_000_000
"""In microseconds, as slots are told."""

Values = tuple[Any, ...]
QUESTIONS: tuple[tuple[str, str, Callable[[dict[str, Any]], Values]], ...] = (
    ("by number", "FROM customers WHERE customer_id = ?", lambda row: (row["customer_id"],)),
    (
        "whole name",
        "FROM customers WHERE surname = ? AND given_name = ?",
        lambda row: (row["surname"], row["given_name"]),
    ),
    ("surname", "FROM customers WHERE surname = ?", lambda row: (row["surname"],)),
    (
        "name and city",
        "FROM customers WHERE surname = ? AND given_name = ? AND city = ?",
        lambda row: (row["surname"], row["given_name"], row["city"]),
    ),
    (
        "surname and city",
        "FROM customers WHERE surname = ? AND city = ?",
        lambda row: (row["surname"], row["city"]),
    ),
    ("surname LIKE 'abcd%'", "FROM customers WHERE surname LIKE ?", lambda row: (row["surname"][:4] + "%",)),
    (
        "surname LIKE '%part%', trigrams",
        "FROM customers WHERE customer_id IN (SELECT rowid FROM customers_search WHERE surname LIKE ?)",
        lambda row: (f"%{_middle(row['surname'])}%",),
    ),
    ("e-mail", "FROM customers WHERE email = ?", lambda row: (row["email"],)),
    (
        "tickets of a customer, not closed",
        "FROM tickets WHERE customer_id = ? AND status != 'closed'",
        lambda row: (row["customer_id"],),
    ),
    (
        "customers of a status in a month",
        "FROM customers WHERE status = ? AND created_at BETWEEN ? AND datetime(?, '+30 days')",
        lambda row: (row["status"], str(row["created_at"])[:19], str(row["created_at"])[:19]),
    ),
    (
        "title LIKE '%part%', trigrams",
        "FROM documents WHERE document_id IN (SELECT rowid FROM documents_search WHERE title LIKE ?)",
        lambda row: (f"%{row['title'][:12]}%",),
    ),
)
WITHOUT_INDEX = (
    ("customers whose status is not closed", "FROM customers WHERE status != 'closed'"),
    ("customers of status active", "FROM customers WHERE status = 'active'"),
)
"""No index can serve these: they count most of the table."""


class Answered(msgspec.Struct, frozen=True):
    """How quickly a kind of question was answered."""

    what: str
    p50: float
    """Milliseconds."""
    p95: float
    found: float | None = None
    """Rows that fit, in the middle."""
    most: float | None = None
    """Rows that fit at the 95th percentile."""
    note: str = ""


def answered(world: Path, standing: Path, run: Path, queries: int) -> list[Answered]:
    """Ask everything."""
    shutil.rmtree(run, ignore_errors=True)
    folder = WorldFolder(world)
    rows = {name: drawn(folder, name, queries) for name in ("customers", "documents")}
    own = furnish(standing, run)
    try:
        with closing(sqlite3.connect(own.env["WORLD_SQLITE"])) as database:
            told = [*_tables(database, rows), *_counts(database)]
        told += _meaning(standing, rows["documents"], Path(own.env["WORLD_VECTORS"]))
        told += _slots(folder, queries)
    finally:
        release(run)
    return [*told, *_runs(standing, run.with_name("other"), 15)]


def drawn(world: WorldFolder, table: str, many: int) -> list[dict[str, Any]]:
    """Rows from every file of a table, those only that lack nothing we ask for."""
    chance = np.random.default_rng(5)
    names = {
        "customers": ["customer_id", "surname", "given_name", "city", "email", "status", "created_at"],
        "documents": ["document_id", "title", "body"],
    }[table]
    files = world.files(table)
    found: list[dict[str, Any]] = []
    for path in files:
        read = pq.read_table(path, columns=names)
        places = chance.permutation(read.num_rows)[: 4 * many // len(files) + 4]
        found += read.take(places).to_pylist()
    whole = [row for row in found if all(row.values()) and len(str(row.get("surname", "long"))) >= 4]
    return [whole[place] for place in chance.permutation(len(whole))[:many]]


def _middle(text: str) -> str:
    at = max((len(text) - 4) // 2, 0)
    return text[at : at + 4]


def _tables(database: sqlite3.Connection, rows: dict[str, list[dict[str, Any]]]) -> Iterator[Answered]:
    """A page of ten and how many there are, as tools ask it."""
    for what, sql, values in QUESTIONS:
        table = "documents" if "documents" in sql else "customers"
        if not _there(database, sql):
            continue
        asked = list(dict.fromkeys(values(row) for row in rows[table]))
        note = "" if _by_index(database, sql, asked[0]) else "reads the whole table"
        page, counts, found = [], [], []
        for one in asked:
            page.append(_timed(_fetched, database, f"SELECT * {sql} LIMIT {PAGE}", one)[0])
            took, rows_found = _timed(_fetched, database, f"SELECT count(*) {sql}", one)
            counts.append(took)
            found.append(rows_found[0][0])
        yield _told(what, page, found, note)
        yield _told("  and how many there are", counts)


def _there(database: sqlite3.Connection, sql: str) -> bool:
    """Are the tables there that it asks?"""
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    return set(re.findall(r"FROM (\w+)", sql)) <= names


def _by_index(database: sqlite3.Connection, sql: str, values: Values) -> bool:
    plan = database.execute(f"EXPLAIN QUERY PLAN SELECT * {sql}", values).fetchall()
    return not any(step[3].startswith("SCAN") and "VIRTUAL TABLE" not in step[3] for step in plan)


def _counts(database: sqlite3.Connection) -> Iterator[Answered]:
    for what, sql in WITHOUT_INDEX:
        taken = [_timed(_fetched, database, f"SELECT count(*) {sql}", ()) for _ in range(3)]
        note = "counts most of the table: no index can serve"
        yield _told(what, [took for took, _ in taken], [rows[0][0] for _, rows in taken], note)


def _fetched(database: sqlite3.Connection, sql: str, values: Values) -> list[Any]:
    return database.execute(sql, values).fetchall()


def _meaning(standing: Path, documents: Sequence[dict[str, Any]], vectors: Path) -> Iterator[Answered]:
    """The ten nearest documents to the words of a title and a sentence."""
    import faiss

    told = next(one for one in read_standing(standing).vectors if one.table == "documents")
    took, index = _timed(faiss.read_index, str(vectors / Path(told.file).name))
    yield Answered(f"read the index of {told.rows:,}", took, took, note=f"{told.kind}, once a process")
    faiss.omp_set_num_threads(1)
    texts = [f"{row['title']} {row['body'][40:140]}" for row in documents]
    asked = [_timed(embed, [text]) for text in texts]
    yield _told("embed a question", [took for took, _ in asked])
    near = [_timed(index.search, vector, PAGE) for _, vector in asked]
    note = ""
    if told.kind == "ivf":
        few = asked[:40]
        index.nprobe = index.nlist
        exact = [float(index.search(vector, PAGE)[0][0, -1]) for _, vector in few]
        hit = [(found[0][0] >= worst - 1e-6).mean() for worst, (_, found) in zip(exact, near, strict=False)]
        note = f"{statistics.mean(hit):.3f} of them are as near as the exact ten"
    yield _told("ten nearest documents", [took for took, _ in near], note=note)


def _slots(world: WorldFolder, queries: int) -> Iterator[Answered]:
    """A free hour within a week for four people who meet anyway."""
    took, seen = _timed(busy, tables_of(world))
    events = world.rows("events")
    yield Answered(f"read {events:,} events as bits", took, took, note="once a process")
    members, starts = seen.meetings
    large = np.flatnonzero(np.diff(starts) >= 4)
    hours, chance = working(WEEKS * 7), np.random.default_rng(3)
    taken, found = [], []
    for meeting in chance.choice(large, queries):
        who = members[starts[meeting] : starts[meeting] + 4]
        week = slice(monday := int(chance.integers(0, WEEKS)) * 7, monday + 7)
        took, many = _timed(_free, seen.bits[:, week], who, hours[week])
        taken.append(took)
        found.append(many)
    none = sum(many == 0 for many in found) / len(found)
    yield _told("a free hour for four in a week", taken, found, f"none in {none:.0%} of the searches")


def _free(weeks: Bits, who: NDArray[np.int64], hours: Bits) -> int:
    """How many beginnings of a free hour there are."""
    taken = np.bitwise_or.reduce(weeks[who], axis=0)
    return int(np.bitwise_count(free(taken, hours, HOUR // SLOT)).sum())


def _runs(standing: Path, run: Path, rounds: int) -> Iterator[Answered]:
    """A run's own world, a row written in it, and its release."""
    begun, written, ended = [], [], []
    for number in range(rounds):
        took, own = _timed(furnish, standing, run)
        begun.append(took)
        written.append(_timed(_write, own.env["WORLD_SQLITE"], number / rounds)[0])
        ended.append(_timed(release, run)[0])
    yield _told("furnish a run's own world", begun)
    yield _told("  write a row in it, and commit", written)
    yield _told("  release it", ended)


def _write(path: str, place: float) -> None:
    """Change one customer, somewhere in the file."""
    ends = "(SELECT min(customer_id) FROM customers), (SELECT max(customer_id) FROM customers)"
    near = "SELECT customer_id FROM customers WHERE customer_id >= ? ORDER BY customer_id LIMIT 1"
    with closing(sqlite3.connect(path)) as database, database:
        low, high = database.execute(f"SELECT {ends}").fetchone()
        at = low + int((high - low) * place)
        database.execute(f"UPDATE customers SET status = 'closed' WHERE customer_id = ({near})", (at,))


def _timed(act: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    began = time.perf_counter_ns()
    result = act(*given)
    return (time.perf_counter_ns() - began) / 1e6, result


def _told(what: str, taken: Sequence[float], found: Sequence[int] = (), note: str = "") -> Answered:
    p50, p95 = np.percentile(taken, (50, 95)).tolist()
    many = np.percentile(found, (50, 95)).tolist() if len(found) else (None, None)
    return Answered(what, p50, p95, many[0], many[1], note)
