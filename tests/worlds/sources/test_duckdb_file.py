"""A DuckDB file is read with the types it has; what is nested becomes JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.schema import ForeignKey
from agentprobe.worlds.source import BATCH_ROWS, Reading
from agentprobe.worlds.sources import open_source


def made(path: Path, *statements: str) -> str:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return str(path)


def rows(reading: Reading, table: str, *columns: str) -> list[dict[str, Any]]:
    return [row for batch in reading.batches(table, columns) for row in batch.to_pylist()]


def test_every_type_comes_as_a_kind_of_a_world(tmp_path: Path) -> None:
    where = made(
        tmp_path / "a.duckdb",
        """CREATE TABLE every (i integer, big ubigint, huge hugeint, small hugeint, price decimal(10,2),
            whole decimal(18,0), wide decimal(38,0), f float, b boolean, d date, t timestamp, ns timestamp_ns,
            z timestamptz, c time, raw blob, v float[3], l integer[], s struct(a int), u uuid,
            e enum('x','y'), n interval)""",
        """INSERT INTO every VALUES (1, 18446744073709551615,
            170141183460469231731687303715884105727, 5, 1.5, 7,
            99999999999999999999999999999999999999, 1.5, true, '2024-01-01', 'infinity',
            '2024-01-01 10:00:00.5',
            '2024-01-01 10:00:00+02', '10:00', '\\xAA', [1, 2, 3], [1, 2], {'a': 1},
            '00000000-0000-0000-0000-000000000001', 'x', INTERVAL 1 DAY)""",
        "INSERT INTO every (i) VALUES (NULL)",
    )
    with open_source(where).reading() as reading:
        first, second = rows(reading, "every")
        assert next(reading.batches("every")).schema.equals(schema_of(reading.schema.table("every")))
    assert first == {
        "i": 1,
        "big": Decimal(18446744073709551615),
        "huge": "170141183460469231731687303715884105727",
        "small": 5,
        "price": Decimal("1.5"),
        "whole": 7,
        "wide": "99999999999999999999999999999999999999",
        "f": 1.5,
        "b": True,
        "d": date(2024, 1, 1),
        "t": datetime.fromisoformat("9999-12-31 23:59:59.999999"),
        "ns": datetime.fromisoformat("2024-01-01 10:00:00.500000"),
        "z": datetime(2024, 1, 1, 8, tzinfo=UTC),
        "c": time(10),
        "raw": b"\xaa",
        "v": [1, 2, 3],
        "l": "[1,2]",
        "s": '{"a":1}',
        "u": "00000000-0000-0000-0000-000000000001",
        "e": "x",
        "n": "1 day",
    }
    assert second == dict.fromkeys(first)


def test_keys_schemas_names_and_the_order_of_rows(tmp_path: Path) -> None:
    where = made(
        tmp_path / "a.duckdb",
        "CREATE TABLE a (x int, y int, mail varchar UNIQUE, PRIMARY KEY (y, x))",
        "CREATE TABLE b (p int, q int, FOREIGN KEY (q, p) REFERENCES a (y, x))",
        "CREATE SCHEMA s",
        'CREATE TABLE s.a ("from ""it""" int)',
        "CREATE VIEW v AS SELECT 1 one",
        "CREATE TABLE many AS SELECT 200000 - range i FROM range(200000)",
    )
    with open_source(where).reading() as reading:
        found = reading.schema
        batches = list(reading.batches("many", most=70_000))
        assert [batch.num_rows for batch in batches] == [BATCH_ROWS, 70_000 - BATCH_ROWS]
        assert batches[0].column(0)[:2].to_pylist() == [200_000, 199_999]
        assert rows(reading, "s.a") == []
    assert found.names == ("a", "b", "many", "s.a")
    assert found.table("a").key == ("y", "x")
    assert found.table("a").unique == (("mail",),)
    assert found.table("b").references == (ForeignKey(columns=("q", "p"), table="a", to=("y", "x")),)
    with open_source(f"{where}#views=v").reading() as reading:
        assert rows(reading, "v") == [{"one": 1}]


def test_a_file_that_somebody_writes_to_is_refused(tmp_path: Path) -> None:
    where = made(tmp_path / "a.duckdb", "CREATE TABLE t (x int)")
    told = "cannot be opened as a DuckDB database"
    with duckdb.connect(where), pytest.raises(ConfigError, match=told), open_source(where).reading():
        pass


def test_a_file_without_tables_is_refused(tmp_path: Path) -> None:
    where = made(tmp_path / "a.duckdb", "CREATE VIEW v AS SELECT 1")
    with pytest.raises(ConfigError, match="holds no tables"), open_source(where).reading():
        pass
