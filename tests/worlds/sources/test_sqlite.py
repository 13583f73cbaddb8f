"""SQLite is read as it was at one moment, whatever stands in its columns."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.schema import ForeignKey
from agentprobe.worlds.source import Reading
from agentprobe.worlds.sources import open_source


def made(path: Path, script: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return str(path)


def rows(reading: Reading, table: str, *columns: str) -> list[dict[str, Any]]:
    return [row for batch in reading.batches(table, columns) for row in batch.to_pylist()]


def test_a_column_has_the_kind_of_its_values_not_of_its_declaration(tmp_path: Path) -> None:
    where = made(
        tmp_path / "a.db",
        """CREATE TABLE t (id INTEGER PRIMARY KEY, price DECIMAL(10,2), rough NUMERIC,
            flag BOOLEAN, count INT,
            day DATE, dirty_day DATE, epoch DATETIME, julian DATETIME, at DATETIME, at_t DATETIME, raw BLOB,
            free, mixed TEXT, empty_date DATE, twice INT GENERATED ALWAYS AS (id * 2));
        INSERT INTO t VALUES (1, 12.34, 1.5, 1, 5, '2024-02-29', '2024-02-31', 1700000000, 2460000.5,
            '2024-01-01 10:00:00', '2024-01-01T10:00:00Z', x'00ff', 1, 'a', NULL);
        INSERT INTO t VALUES (2, 1, 2, 0, 'five', '2024-03-01', '2024-03-01', 1700000001, 2460000.75,
            '2024-01-01 10:00:00.125', '2024-01-01T10:00:00Z', NULL, 2.5, 3, NULL);""",
    )
    with open_source(where).reading() as reading:
        table = reading.schema.table("t")
        first, second = rows(reading, "t")
        assert next(reading.batches("t")).schema.equals(schema_of(table))
    assert first == {
        "id": 1,
        "price": Decimal("12.34"),
        "rough": 1.5,
        "flag": True,
        "count": "5",
        "day": date(2024, 2, 29),
        "dirty_day": "2024-02-31",
        "epoch": 1700000000,
        "julian": 2460000.5,
        "at": datetime.fromisoformat("2024-01-01 10:00:00"),
        "at_t": "2024-01-01T10:00:00Z",
        "raw": b"\x00\xff",
        "free": 1.0,
        "mixed": "a",
        "empty_date": None,
        "twice": 2,
    }
    assert second["count"] == "five"
    assert second["at"] == datetime.fromisoformat("2024-01-01 10:00:00.125000")
    assert second["mixed"] == "3"
    assert table.column("empty_date").kind == "date"
    assert table.column("epoch").native == "DATETIME"


def test_a_database_that_is_being_written_to_shows_the_state_of_the_beginning(tmp_path: Path) -> None:
    where = made(
        tmp_path / "a.db",
        """PRAGMA journal_mode = WAL; CREATE TABLE t (x INTEGER PRIMARY KEY, y);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
        INSERT INTO t SELECT i, i FROM n; CREATE TABLE u (z);""",
    )
    with closing(sqlite3.connect(where)) as writer, open_source(where).reading() as reading:
        drawn = reading.batches("t")
        seen = [next(drawn)]
        writer.executescript("DELETE FROM t WHERE x > 10; UPDATE t SET y = 0; INSERT INTO u VALUES (1);")
        seen += drawn
        assert sum(batch.num_rows for batch in seen) == 150_000
        assert seen[-1].to_pylist()[-1] == {"x": 150_000, "y": 150_000}
        assert rows(reading, "u") == []
        assert reading.rows("t") == 150_000
    with open_source(where).reading() as reading:
        assert (reading.rows("t"), reading.rows("u")) == (10, 1)


def test_text_that_is_no_utf8_is_told_and_counted(tmp_path: Path) -> None:
    where = made(
        tmp_path / "a.db",
        "CREATE TABLE t (a TEXT, b TEXT);"
        "INSERT INTO t VALUES (CAST(x'4dfc6cff' AS TEXT), 'é'), ('ok', NULL);",
    )
    with open_source(where).reading() as reading:
        batch = next(reading.batches("t"))
    assert batch.to_pylist() == [{"a": "M\ufffdl\ufffd", "b": "é"}, {"a": "ok", "b": None}]
    assert batch.schema.field("a").metadata == {b"broken": b"2"}
    assert batch.schema.field("b").metadata is None


def test_references_are_found_even_where_they_dangle(tmp_path: Path) -> None:
    where = made(
        tmp_path / "a.db",
        """CREATE TABLE Boss (Id INTEGER PRIMARY KEY, above REFERENCES boss, town INT REFERENCES town);
        CREATE TABLE town (name TEXT, code INT, boss INT, PRIMARY KEY (code, name),
            FOREIGN KEY (boss) REFERENCES boss (id));
        CREATE TABLE uses (c INT, n TEXT, gone INT REFERENCES nowhere (x), mail TEXT UNIQUE,
            FOREIGN KEY (C, N) REFERENCES town);
        CREATE TABLE child (p INT REFERENCES Boss);
        INSERT INTO child VALUES (77);
        CREATE UNIQUE INDEX part ON uses (c) WHERE c > 3; CREATE VIEW v AS SELECT 1;""",
    )
    with open_source(where).reading() as reading:
        found = reading.schema
        assert rows(reading, "child") == [{"p": 77}]
    assert found.names == ("Boss", "child", "town", "uses")
    assert found.table("Boss").references[-1] == ForeignKey(columns=("above",), table="Boss", to=("Id",))
    assert found.table("town").key == ("code", "name")
    assert found.table("uses").references == (
        ForeignKey(columns=("c", "n"), table="town", to=("code", "name")),
    )
    assert found.table("uses").unique == (("mail",),)
    assert found.table("child").references == (ForeignKey(columns=("p",), table="Boss", to=("Id",)),)


def test_names_without_rowid_and_shadow_tables(tmp_path: Path) -> None:
    where = made(
        tmp_path / "a.db",
        """CREATE TABLE "select ""x"".y" ("from" INT, "größe" TEXT, rowid TEXT, PRIMARY KEY ("größe", "from"))
            WITHOUT ROWID;
        INSERT INTO "select ""x"".y" VALUES (2, 'b', 'r'), (1, 'b', 's'), (3, 'a', 't');
        CREATE TABLE hidden (rowid TEXT, oid TEXT, _rowid_ TEXT); INSERT INTO hidden VALUES ('z', 'y', 'x');

                   CREATE VIRTUAL TABLE search USING fts5(body);
        CREATE TABLE counted (i INTEGER PRIMARY KEY AUTOINCREMENT);""",
    )
    with open_source(where).reading() as reading:
        assert reading.schema.names == ("counted", "hidden", 'select "x".y')
        assert [row["from"] for row in rows(reading, 'select "x".y')] == [3, 1, 2]
        assert rows(reading, "hidden") == [{"rowid": "z", "oid": "y", "_rowid_": "x"}]


def test_1600_columns(tmp_path: Path) -> None:
    columns = ", ".join(f"c{number} INT" for number in range(1600))
    values = ", ".join(map(str, range(1600)))
    where = made(tmp_path / "a.db", f"CREATE TABLE t ({columns}); INSERT INTO t VALUES ({values});")
    with open_source(where).reading() as reading:
        assert list(rows(reading, "t")[0].values()) == list(range(1600))


def test_a_database_without_tables_and_a_file_that_is_none_are_refused(tmp_path: Path) -> None:
    where = made(tmp_path / "a.db", "CREATE TABLE t (x); DROP TABLE t;")
    with pytest.raises(ConfigError, match="holds no tables"), open_source(where).reading():
        pass
    broken = tmp_path / "b.db"
    broken.write_bytes(Path(where).read_bytes()[:100] + b"\xff" * 5000)
    with (
        pytest.raises(ConfigError, match="cannot be read as a SQLite database"),
        open_source(str(broken)).reading(),
    ):
        pass


def test_the_file_is_not_changed_by_reading_it(tmp_path: Path) -> None:
    where = Path(made(tmp_path / "a.db", "CREATE TABLE t (x); INSERT INTO t VALUES (1);"))
    before = where.read_bytes()
    with open_source(f"sqlite:///{where}").reading() as reading:
        rows(reading, "t")
    assert where.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db"]
