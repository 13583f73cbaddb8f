"""MySQL is read as it was at one moment, with its own types, its zero dates and its old encodings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pymysql
import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.schema import ForeignKey
from agentprobe.worlds.source import Reading
from agentprobe.worlds.sources import open_source


def made(address: str, *statements: str) -> None:
    parts = urlsplit(address)
    socket = parse_qs(parts.query)["unix_socket"][0]
    with pymysql.connect(unix_socket=socket, user="root", database=parts.path[1:], autocommit=True) as one:
        for statement in statements:
            one.cursor().execute(statement)


def rows(reading: Reading, table: str, *columns: str) -> list[dict[str, Any]]:
    return [row for batch in reading.batches(table, columns) for row in batch.to_pylist()]


def test_every_type_comes_as_a_kind_of_a_world(mariadb: str) -> None:
    made(
        mariadb,
        """CREATE TABLE every (
            id bigint unsigned PRIMARY KEY, huge bigint unsigned, tiny tinyint,
            flag tinyint(1), half tinyint(1),
            price decimal(10,2), plain decimal(12,0), f float, d double, day date,
            at datetime(6),
            stamp timestamp NULL, clock time, long_clock time, y year, mood enum('sad','ok'),
            tags set('a','b'),
            raw varbinary(10), blobby blob, js json, t text, bits bit(8), bit1 bit(1), uid uuid,
            made int GENERATED ALWAYS AS (tiny + 1) STORED)""",
        """INSERT INTO every VALUES (1, 18446744073709551615, -1, 1, 2, 12.34, 7, 1.5, 0.1, '2024-02-29',
            '2024-01-01 10:00:00.123456', '2024-01-01 10:00:00', '10:00:00', '99:00:00', 2024, 'ok', 'a,b',
            X'00FF', X'0A', '{"a": 1}', 'quoted "text", with\nlines', b'00000101', b'1',
            '00000000-0000-0000-0000-000000000001', DEFAULT)""",
        "INSERT INTO every (id) VALUES (2)",
    )
    with open_source(mariadb).reading() as reading:
        table = reading.schema.table("every")
        first, second = rows(reading, "every")
        assert next(reading.batches("every")).schema.equals(schema_of(table))
    assert first == {
        "id": 1,
        "huge": Decimal(18446744073709551615),
        "tiny": -1,
        "flag": True,
        "half": 2,
        "price": Decimal("12.34"),
        "plain": 7,
        "f": 1.5,
        "d": 0.1,
        "day": date(2024, 2, 29),
        "at": datetime.fromisoformat("2024-01-01 10:00:00.123456"),
        "stamp": datetime(2024, 1, 1, 10, tzinfo=UTC),
        "clock": time(10),
        "long_clock": "99:00:00",
        "y": 2024,
        "mood": "ok",
        "tags": "a,b",
        "raw": b"\x00\xff",
        "blobby": b"\n",
        "js": '{"a": 1}',
        "t": 'quoted "text", with\nlines',
        "bits": 5,
        "bit1": True,
        "uid": "00000000-0000-0000-0000-000000000001",
        "made": 0,
    }
    assert second == {**dict.fromkeys(first), "id": 2}
    assert table.column("price").native == "decimal(10,2)"


def test_dates_that_are_none_stay_as_they_are_written(mariadb: str) -> None:
    made(
        mariadb,
        "CREATE TABLE t (good date, zero date, part datetime)",
        "INSERT INTO t VALUES ('2024-01-01', '0000-00-00', '2024-00-15 10:00:00'),"
        " (NULL, '2024-01-02', NULL)",
    )
    with open_source(mariadb).reading() as reading:
        assert rows(reading, "t") == [
            {"good": date(2024, 1, 1), "zero": "0000-00-00", "part": "2024-00-15 10:00:00"},
            {"good": None, "zero": "2024-01-02", "part": None},
        ]


def test_latin1_tables_and_every_sign_of_unicode(mariadb: str) -> None:
    made(
        mariadb,
        "CREATE TABLE old (t varchar(20) CHARACTER SET latin1)",
        "CREATE TABLE new (`größe ``♥``` varchar(20))",
        "INSERT INTO old VALUES ('Müller\\\\N'), ('\\\\N'), ('')",
        "INSERT INTO new VALUES ('日本 😀')",
    )
    with open_source(mariadb).reading() as reading:
        assert rows(reading, "old") == [{"t": "Müller\\N"}, {"t": "\\N"}, {"t": ""}]
        assert rows(reading, "new") == [{"größe `♥`": "日本 😀"}]


def test_rows_written_while_it_is_read_are_not_seen(mariadb: str) -> None:
    made(
        mariadb,
        "CREATE TABLE a (x int PRIMARY KEY)",
        "INSERT INTO a SELECT seq FROM seq_1_to_100000",
        "CREATE TABLE b (y int)",
        "INSERT INTO b VALUES (1)",
    )
    with open_source(mariadb).reading() as reading:
        drawn = reading.batches("a")
        seen = next(drawn).num_rows
        made(mariadb, "DELETE FROM a WHERE x % 2 = 0", "INSERT INTO b VALUES (2)")
        seen += sum(batch.num_rows for batch in drawn)
        assert seen == 100_000
        assert rows(reading, "b") == [{"y": 1}]
        assert [row["x"] for row in rows(reading, "a")][:3] == [1, 2, 3]


def test_two_tables_can_be_read_at_once_and_one_left_half_way(mariadb: str) -> None:
    made(
        mariadb,
        "CREATE TABLE a (x int PRIMARY KEY)",
        "CREATE TABLE b (x int)",
        "INSERT INTO a SELECT seq FROM seq_1_to_150000",
        "INSERT INTO b SELECT seq FROM seq_1_to_100000",
    )
    with open_source(mariadb).reading() as reading:
        one, other = reading.batches("a"), reading.batches("b")
        found = [next(one), next(other)]
        assert reading.rows("b") == 100_000
        found += [*one, *other]
        assert [batch.column(0)[0].as_py() for batch in found] == [1, 1, 65537, 131073, 65537]
        left = reading.batches("a")
        next(left)
        left.close()  # type: ignore[attr-defined]  # it is a generator
        assert rows(reading, "b")[-1] == {"x": 100_000}


def test_keys_and_references_are_found(mariadb: str) -> None:
    made(
        mariadb,
        "CREATE TABLE pair (a int, b int, mail varchar(9) UNIQUE, PRIMARY KEY (b, a))",
        "CREATE TABLE uses (id int PRIMARY KEY, x int, y int, above int,"
        " FOREIGN KEY (y, x) REFERENCES pair (b, a),"
        " FOREIGN KEY (above) REFERENCES uses (id))",
        "CREATE VIEW both_ AS SELECT id FROM uses",
    )
    with open_source(mariadb).reading() as reading:
        found = reading.schema
    assert found.names == ("pair", "uses")
    assert found.table("pair").key == ("b", "a")
    assert found.table("pair").unique == (("mail",),)
    assert set(found.table("uses").references) == {
        ForeignKey(columns=("y", "x"), table="pair", to=("b", "a")),
        ForeignKey(columns=("above",), table="uses", to=("id",)),
    }
    with open_source(f"{mariadb}#views=both_&tables=pair").reading() as reading:
        assert reading.schema.names == ("both_", "pair")


def test_a_table_that_cannot_be_held_still_is_refused(mariadb: str) -> None:
    made(mariadb, "CREATE TABLE loose (x int) ENGINE=MyISAM", "CREATE TABLE firm (x int)")
    with (
        pytest.raises(ConfigError, match="'loose' is kept by an engine without transactions"),
        open_source(mariadb).reading(),
    ):
        pass
    with open_source(f"{mariadb}#tables=firm").reading() as reading:
        assert reading.schema.names == ("firm",)


def test_no_message_tells_the_password(mariadb: str) -> None:
    source = open_source(mariadb.replace("root@", "nobody:se%40same@"))
    assert source.shown.startswith("mysql://nobody@localhost/test_")
    with pytest.raises(ConfigError, match="does not answer as it should") as caught, source.reading():
        pass
    assert "same" not in str(caught.value) + repr(source) + source.shown


def test_an_address_without_a_database_is_refused() -> None:
    with pytest.raises(ConfigError, match="names no database"):
        open_source("mysql://root@localhost:3306/")
