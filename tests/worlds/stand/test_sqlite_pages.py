"""Pages laid into a SQLite file are what SQLite itself would have written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentprobe.worlds.stand import sqlite_pages
from agentprobe.worlds.stand.sqlite_pages import PAGE, Pages, Tree
from agentprobe.worlds.stand.sqlite_records import LARGEST, cells

Row = tuple[int, str | None, int | None, float | None, bytes | None]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300)
VALUES = st.tuples(
    st.none() | TEXT,
    st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 2),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.binary(max_size=300),
)
ROWS = st.dictionaries(st.integers(0, LARGEST - 1) | st.integers(0, 300), VALUES, min_size=1, max_size=60)


def fold(text: str) -> bytes:
    return bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in text.encode())


def laid(path: Path, rows: list[Row], at_once: int) -> None:
    """A table of these rows, with an index by its bytes, and one by numbers and then in any letters."""
    with closing(sqlite3.connect(path)) as empty:
        empty.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL, d BLOB)")
        empty.execute("CREATE INDEX i ON t (a)")
        empty.execute("CREATE INDEX j ON t (b, a COLLATE NOCASE)")
        roots = dict(empty.execute("SELECT name, rootpage FROM sqlite_master"))
    by_text = sorted(rows, key=lambda row: (row[1] is not None, (row[1] or "").encode(), row[0]))
    by_number = sorted(
        rows,
        key=lambda row: (row[2] is not None, row[2] or 0, row[1] is not None, fold(row[1] or ""), row[0]),
    )
    types: list[Any] = [pa.int64(), pa.string(), pa.int64(), pa.float64(), pa.binary()]
    with Pages(path) as pages:
        table, first, second = (Tree(pages, roots[name], table=name == "t") for name in "tij")
        for start in range(0, len(rows), at_once):
            ids = np.array([row[0] for row in rows[start : start + at_once]], dtype=np.int64)
            taken = [
                pa.array([row[n] for row in rows[start : start + at_once]], types[n]) for n in range(1, 5)
            ]
            table.add(cells([None, *taken], ids), ids)
            for tree, found, names in ((first, by_text, (1, 0)), (second, by_number, (2, 1, 0))):
                part = found[start : start + at_once]
                tree.add(cells([pa.array([row[n] for row in part], types[n]) for n in names], None))
        for tree in (table, first, second):
            tree.finish()


def check(path: Path, rows: list[Row]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT * FROM t").fetchall() == rows
        for _, text, number, _, _ in rows[:: len(rows) // 20 + 1]:
            found = connection.execute("SELECT count(*) FROM t INDEXED BY i WHERE a IS ?", [text]).fetchone()
            assert found == (sum(row[1] == text for row in rows),)
            found = connection.execute(
                "SELECT count(*) FROM t INDEXED BY j WHERE b IS ?", [number]
            ).fetchone()
            assert found == (sum(row[2] == number for row in rows),)
        connection.execute("DELETE FROM t WHERE id % 3 = 0")
        connection.execute("INSERT INTO t (a) VALUES ('new')")
        connection.execute("UPDATE t SET a = a || 'x', b = b / 2")
        connection.commit()
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.integers(1, 70))
def test_any_rows_come_back_and_can_be_changed(tmp_path: Path, rows: dict[int, Any], at_once: int) -> None:
    path = tmp_path / "laid.sqlite"
    path.unlink(missing_ok=True)
    whole: list[Row] = [(key, *rows[key]) for key in sorted(rows)]
    laid(path, whole, at_once)
    check(path, whole)


@pytest.mark.parametrize("count", [1, 2, 40, 41, 3000, 30_000])
def test_trees_of_every_height_hold(tmp_path: Path, count: int) -> None:
    drawn = np.random.default_rng(count)
    lengths = drawn.integers(0, 80, count)
    rows: list[Row] = [
        (2 * n, "aB"[n % 2] * int(lengths[n]), int(drawn.integers(-9, 9)), n / 2, None) for n in range(count)
    ]
    laid(tmp_path / "laid.sqlite", rows, 7000)
    check(tmp_path / "laid.sqlite", rows)


def test_the_page_of_the_locks_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pages"
    path.write_bytes(bytes(PAGE))
    monkeypatch.setattr(sqlite_pages, "_LOCKED", 3)
    with Pages(path) as pages:
        assert [pages.append(bytes([n]) * PAGE) for n in (1, 2, 3)] == [2, 4, 5]
    held = path.read_bytes()
    assert held[2 * PAGE : 3 * PAGE] == bytes(PAGE)
    assert held[3 * PAGE : 4 * PAGE] == b"\2" * PAGE
    assert held[28:32] == (5).to_bytes(4)
