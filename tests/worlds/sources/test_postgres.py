"""PostgreSQL is read as it was at one moment, with every type and name that it allows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.schema import ForeignKey, Schema
from agentprobe.worlds.source import BATCH_ROWS, Reading
from agentprobe.worlds.sources import open_source


def made(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def rows(reading: Reading, table: str, *columns: str) -> list[dict[str, Any]]:
    return [row for batch in reading.batches(table, columns) for row in batch.to_pylist()]


def schema(address: str) -> Schema:
    with open_source(address).reading() as reading:
        return reading.schema


def test_every_type_comes_as_a_kind_of_a_world(database: str) -> None:
    made(
        database,
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE DOMAIN postcode AS varchar(10) NOT NULL",
        """CREATE TABLE every (
            id bigint PRIMARY KEY, small smallint, price numeric(10, 2), big numeric(20, 0), free numeric,
            nan numeric, cash money, real real, double double precision, flag boolean, day date, at timestamp,
            zoned timestamptz, clock time, raw bytea, mood mood, uid uuid, js jsonb, tags text[],
            span int4range,
            addr inet, bits bit(3), took interval, words tsvector, code postcode, fixed char(4),
            made int GENERATED ALWAYS AS (small + 1) STORED, emb real[])""",
        """INSERT INTO every VALUES (1, -2, 12.34, 12345678901234567890, 1.123456, 'NaN', 12.5,
            1.5, 0.1, true,
            '2024-02-29', '2024-01-01 10:00:00.123456', '2024-01-01 10:00:00+02', '23:59:59.5', '\\x00ff0a',
            'ok', '00000000-0000-0000-0000-000000000001', '{"a": [1, "b"]}', '{a,"b c",NULL}', '[1,5)',
            '10.0.0.1/8', B'101', '1 day 2 hours', 'fat cat', 'AB1', 'x', DEFAULT, '{1,2,3,4,5,6,7,8}')""",
        "INSERT INTO every (id, code) VALUES (2, '')",
        "INSERT INTO every (id, code, day, at, zoned, clock, nan, free, emb) VALUES (3, 'x', 'infinity', "
        "'-infinity', '4000-01-01 BC', '24:00', 1, 123456789, '{1,2,3,4,5,6,7,0.5}')",
    )
    with open_source(database).reading() as reading:
        table = reading.schema.table("every")
        first, second, third = rows(reading, "every")
        batch = next(reading.batches("every"))
    assert batch.schema.equals(schema_of(table))
    kinds = {column.name: column.kind for column in table.columns}
    text = {"mood", "uid", "js", "tags", "span", "addr", "bits", "took", "words", "code", "fixed"}
    assert {name for name, kind in kinds.items() if kind == "text"} == text
    assert first == {
        "id": 1,
        "small": -2,
        "price": Decimal("12.34"),
        "big": Decimal(12345678901234567890),
        "free": Decimal("1.123456"),
        "nan": pytest.approx(float("nan"), nan_ok=True),
        "cash": Decimal("12.50"),
        "real": 1.5,
        "double": 0.1,
        "flag": True,
        "day": date(2024, 2, 29),
        "at": datetime.fromisoformat("2024-01-01 10:00:00.123456"),
        "zoned": datetime(2024, 1, 1, 8, tzinfo=UTC),
        "clock": time(23, 59, 59, 500000),
        "raw": b"\x00\xff\n",
        "mood": "ok",
        "uid": "00000000-0000-0000-0000-000000000001",
        "js": '{"a": [1, "b"]}',
        "tags": '{a,"b c",NULL}',
        "span": "[1,5)",
        "addr": "10.0.0.1/8",
        "bits": "101",
        "took": "P1DT2H",
        "words": "'cat' 'fat'",
        "code": "AB1",
        "fixed": "x   ",
        "made": -1,
        "emb": [1, 2, 3, 4, 5, 6, 7, 8],
    }
    assert second == {**dict.fromkeys(kinds), "id": 2, "code": ""}
    assert third["day"] == date(9999, 12, 31)
    assert third["at"] == datetime.fromisoformat("0001-01-01 00:00:00")
    assert third["zoned"] == datetime(1, 1, 1, tzinfo=UTC)
    assert third["clock"] == time(23, 59, 59, 999999)
    assert table.column("price").native == "numeric(10,2)"
    assert not table.column("code").nullable


def test_rows_written_while_it_is_read_are_not_seen(database: str) -> None:
    made(database, "CREATE TABLE a (x int PRIMARY KEY)", "INSERT INTO a SELECT generate_series(1, 200000)")
    made(database, "CREATE TABLE b (y int)", "INSERT INTO b VALUES (1)")
    with open_source(database).reading() as reading:
        drawn = reading.batches("a")
        seen = next(drawn).num_rows
        made(
            database,
            "DELETE FROM a WHERE x % 2 = 0",
            "UPDATE a SET x = -x",
            "INSERT INTO b SELECT generate_series(2, 9)",
            "VACUUM",
        )
        seen += sum(batch.num_rows for batch in drawn)
        assert seen == 200_000
        assert [row["x"] for row in rows(reading, "a")][:3] == [1, 2, 3]
        assert rows(reading, "b") == [{"y": 1}]
        assert (reading.rows("a"), reading.rows("b")) == (200_000, 1)
    with open_source(database).reading() as reading:
        assert reading.rows("b") == 9


def test_two_tables_can_be_read_at_once_and_one_left_half_way(database: str) -> None:
    made(
        database,
        "CREATE TABLE a AS SELECT generate_series(1, 100000) x",
        "CREATE TABLE b AS SELECT generate_series(1, 100000) x",
    )
    with open_source(database).reading() as reading:
        one, other = reading.batches("a"), reading.batches("b")
        assert next(one).column(0)[0].as_py() == next(other).column(0)[0].as_py() == 1
        one.close()  # type: ignore[attr-defined]  # it is a generator
        assert next(other).column(0)[0].as_py() == BATCH_ROWS + 1
        assert sum(batch.num_rows for batch in reading.batches("a")) == 100_000


def test_keys_and_references_of_every_form_are_found(database: str) -> None:
    made(
        database,
        "CREATE TABLE boss (id int PRIMARY KEY, above int REFERENCES boss, mail text UNIQUE, town int)",
        "CREATE TABLE town (id int PRIMARY KEY, mayor int NOT NULL REFERENCES boss)",
        "ALTER TABLE boss ADD FOREIGN KEY (town) REFERENCES town",
        "CREATE TABLE pair (a int, b int, PRIMARY KEY (b, a))",
        "CREATE TABLE uses (x int, y int, FOREIGN KEY (x, y) REFERENCES pair (a, b))",
        "CREATE UNIQUE INDEX ON uses (x) INCLUDE (y)",
        "CREATE UNIQUE INDEX ON uses (y) WHERE y > 3",
    )
    found = schema(database)
    own = ForeignKey(columns=("above",), table="boss", to=("id",))
    back = ForeignKey(columns=("town",), table="town", to=("id",))
    assert set(found.table("boss").references) == {own, back}
    assert found.table("boss").unique == (("mail",),)
    assert found.table("pair").key == ("b", "a")
    assert found.table("uses").references == (ForeignKey(columns=("x", "y"), table="pair", to=("a", "b")),)
    assert found.table("uses").unique == (("x",),)
    assert not found.table("town").column("mayor").nullable


def test_partitions_views_and_tables_that_inherit(database: str) -> None:
    made(
        database,
        "CREATE TABLE log (id int, day date) PARTITION BY RANGE (day)",
        "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "CREATE TABLE log_2 PARTITION OF log DEFAULT",
        "INSERT INTO log SELECT i, date '2024-12-30' + i FROM generate_series(1, 4) i",
        "CREATE VIEW recent AS SELECT * FROM log",
        "CREATE TABLE base (x int)",
        "CREATE TABLE derived (y int) INHERITS (base)",
        "INSERT INTO base VALUES (1)",
        "INSERT INTO derived VALUES (2, 3)",
    )
    assert schema(database).names == ("base", "derived", "log")
    with open_source(f"{database}#views=recent").reading() as reading:
        assert reading.schema.names == ("base", "derived", "log", "recent")
        assert len(rows(reading, "log")) == len(rows(reading, "recent")) == 4
        assert rows(reading, "base") == [{"x": 1}]
    with open_source(f"{database}#tables=base,log").reading() as reading:
        assert reading.schema.names == ("base", "log")
    with (
        pytest.raises(ConfigError, match=r"no table or view 'bas' .*did you mean 'base'"),
        open_source(f"{database}#tables=bas").reading(),
    ):
        pass


def test_schemas_name_tables_only_where_they_must(database: str) -> None:
    made(
        database,
        "CREATE SCHEMA crm",
        "CREATE TABLE crm.customers (id int PRIMARY KEY)",
        "CREATE TABLE customers (id int PRIMARY KEY, of int REFERENCES crm.customers)",
        'CREATE TABLE "crm.customers" (x int)',
    )
    found = schema(database)
    assert found.names == ("crm.customers", "public.crm.customers", "customers")
    assert found.table("customers").references[0].table == "crm.customers"
    assert found.table("crm.customers").namespace == "crm"
    assert schema(f"{database}#schemas=crm").names == ("crm.customers",)


def test_names_may_hold_anything(database: str) -> None:
    made(
        database,
        'CREATE TABLE "select" ("from" int, "a""b" text, "x.y" text, "größe ♥" text, "%s" int, "null" text)',
        """INSERT INTO "select" VALUES (1, 'quoted "text"', 'line
break', '\\N', 5, NULL), (2, '', ',', '\\.', 6, 'NULL')""",
    )
    with open_source(database).reading() as reading:
        assert [list(row.values()) for row in rows(reading, "select")] == [
            [1, 'quoted "text"', "line\nbreak", "\\N", 5, None],
            [2, "", ",", "\\.", 6, "NULL"],
        ]


def test_a_table_of_1600_columns_empty_tables_and_tables_without_keys(database: str) -> None:
    columns = ", ".join(f"c{number} int" for number in range(1600))
    made(
        database,
        f"CREATE TABLE wide ({columns})",
        f"INSERT INTO wide VALUES ({', '.join(map(str, range(1600)))})",
        "CREATE TABLE nothing (x int PRIMARY KEY, y text)",
        "CREATE TABLE loose (x text)",
        "INSERT INTO loose VALUES (NULL), ('b'), ('a'), ('b'), ('')",
        "CREATE TABLE bare ()",
    )
    with open_source(database).reading() as reading:
        assert list(rows(reading, "wide")[0].values()) == list(range(1600))
        assert rows(reading, "nothing") == []
        assert reading.rows("nothing") == 0
        assert [row["x"] for row in rows(reading, "loose")] == [None, "b", "a", "b", ""]
        assert "bare" not in reading.schema.names


def test_columns_are_picked_in_the_order_asked_for_and_rows_stop_at_the_most(database: str) -> None:
    made(database, "CREATE TABLE t AS SELECT i a, -i b, i % 7 c FROM generate_series(1, 100000) i")
    with open_source(database).reading() as reading:
        found = list(reading.batches("t", ["c", "a"], most=70_000))
        assert [batch.num_rows for batch in found] == [BATCH_ROWS, 70_000 - BATCH_ROWS]
        assert found[0].schema.names == ["c", "a"]
        assert list(reading.batches("t", most=0)) == []
        with pytest.raises(ConfigError, match="no column 'd'"):
            next(reading.batches("t", ["d"]))
        with pytest.raises(ConfigError, match="unknown table 'tt'; did you mean 't'"):
            next(reading.batches("tt"))


def test_text_that_is_no_utf8_is_told_and_counted(server: Any, database: str) -> None:
    made(
        database, "CREATE DATABASE dirty ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    dirty = database.replace("/test_", "/dirty?was=test_").split("?was=")[0] + f"?host={server}"
    made(dirty, "SET client_encoding = 'SQL_ASCII'", "CREATE TABLE t (i int, a text, b text)")
    made(
        dirty,
        "INSERT INTO t VALUES (1, convert_from('\\x4dfc6c6cff', 'SQL_ASCII'), 'fine'),"
        " (2, NULL, E'\\xc3\\xa9')",
    )
    with open_source(dirty).reading() as reading:
        batch = next(reading.batches("t"))
    assert batch.to_pylist()[0] == {"i": 1, "a": "M\ufffdll\ufffd", "b": "fine"}
    assert batch.to_pylist()[1]["b"] == "é"
    assert batch.schema.field("a").metadata == {b"broken": b"2"}
    assert batch.schema.field("b").metadata is None


def test_rows_come_in_the_order_of_their_key_wherever_they_are_stored(database: str) -> None:
    made(
        database,
        "CREATE TABLE t (k text PRIMARY KEY)",
        "INSERT INTO t VALUES ('b'), ('B'), ('a'), ('ä'), ('Z')",
    )
    with open_source(database).reading() as reading:
        assert [row["k"] for row in rows(reading, "t")] == ["B", "Z", "a", "b", "ä"]


def test_an_empty_database_is_refused(database: str) -> None:
    with pytest.raises(ConfigError, match="holds no tables"), open_source(database).reading():
        pass


def test_no_message_tells_the_password(database: str) -> None:
    source = open_source(database.replace("open%3A", "wrong%3A"))
    assert source.shown.startswith("postgresql://postgres@/test_")
    with pytest.raises(ConfigError) as caught, source.reading():
        pass
    for text in (str(caught.value), repr(source), source.shown):
        assert "sesame" not in text
        assert "wrong" not in text


def test_tables_that_may_not_be_read_are_told(server: Any, database: str) -> None:
    made(
        database,
        "CREATE TABLE t (x int)",
        "CREATE ROLE kept_out LOGIN PASSWORD 'pw'",
    )
    theirs = database.replace("postgres:open%3Asesame%2F4711%40night@", "kept_out:pw@")
    with (
        pytest.raises(ConfigError, match=r"does not let this user read all tables.*grant SELECT"),
        open_source(theirs).reading(),
    ):
        pass
