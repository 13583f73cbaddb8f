"""CSV and Parquet files are read as they are written, however untidy, and never as something they are not."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.schema import ForeignKey
from agentprobe.worlds.source import BATCH_ROWS, Reading
from agentprobe.worlds.sources import open_source


def rows(reading: Reading, table: str, *columns: str) -> list[dict[str, Any]]:
    return [row for batch in reading.batches(table, columns) for row in batch.to_pylist()]


def read(path: Path, raw: bytes | str) -> list[dict[str, Any]]:
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    with open_source(str(path)).reading() as reading:
        return rows(reading, reading.schema.names[0])


def kinds(path: Path, raw: str) -> dict[str, str]:
    path.write_text(raw)
    with open_source(str(path)).reading() as reading:
        return {column.name: column.kind for column in reading.schema.tables[0].columns}


def test_a_type_is_taken_only_where_every_value_is_written_like_it(tmp_path: Path) -> None:
    good = "7,1.50,1e3,true,2024-02-29,2024-01-01 10:00:00,2024-01-01T10:00:00+02:00,0612,N/A,a\n"
    head = "int,price,float,flag,day,at,zoned,phone,dirty,text\n"
    assert kinds(
        tmp_path / "a.csv",
        head + good + "-8,2,-1.5,false,1970-01-01,2024-01-01T10:00,2024-01-01T10:00Z,1,1,\n",
    ) == {
        "int": "integer",
        "price": "decimal",
        "float": "float",
        "flag": "boolean",
        "day": "date",
        "at": "timestamp",
        "zoned": "timestamp",
        "phone": "text",
        "dirty": "text",
        "text": "text",
    }
    bad = "+7,1.50 ,1.000.0,yes,2024-02-30,2024-01-01,2024-01-01,2,2,a\n"
    assert set(kinds(tmp_path / "b.csv", head + good + bad).values()) == {"text"}


def test_values_come_out_as_they_are(tmp_path: Path) -> None:
    found = read(
        tmp_path / "a.csv",
        'id,n,d,z,t,q\n1,2.5,2024-01-01,2024-01-01T10:00:00+02:00,"a ""b"", c\nd",""\n2,,,,,x\n',
    )
    assert found == [
        {
            "id": 1,
            "n": Decimal("2.5"),
            "d": date(2024, 1, 1),
            "z": datetime(2024, 1, 1, 8, tzinfo=UTC),
            "t": 'a "b", c\nd',
            "q": "",
        },
        {"id": 2, "n": None, "d": None, "z": None, "t": None, "q": "x"},
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_guessed(tmp_path: Path, delimiter: str) -> None:
    text = "name;amount;note\nA, B;1,5;x\nC, D;2,5;y | z\n".replace(";", delimiter)
    if delimiter in ",|":
        text = text.replace("A, B", "AB").replace("C, D", "CD").replace("1,5", "1").replace("2,5", "2")
        text = text.replace(" | ", " ") if delimiter == "|" else text
    found = read(tmp_path / "a.csv", text)
    assert list(found[0]) == ["name", "amount", "note"]
    assert len(found) == 2


def test_a_file_without_a_header_gets_names(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", "1,Anna,anna@example.org\n2,Bob,bob@example.org\n")[0] == {
        "column_1": 1,
        "column_2": "Anna",
        "column_3": "anna@example.org",
    }
    assert list(read(tmp_path / "b.csv", "name,name,\nx,y,z\n")[0]) == ["column_1", "column_2", "column_3"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path / "a.csv", "größe,name\n1,Müller\n2,Zoë\n".encode(encoding))
    assert [row["name"] for row in found] == ["Müller", "Zoë"]
    assert list(found[0]) == ["größe", "name"]


def test_a_file_of_mixed_encodings_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n1,Zoë\n".encode() + "2,Zoë\n".encode("cp1252") + b"3,\x81\n")
    with open_source(str(path)).reading() as reading:
        batch = next(reading.batches("a"))
    assert [row["name"] for row in batch.to_pylist()] == ["Zoë", "Zoë", "\ufffd"]
    assert batch.schema.field("name").metadata == {b"broken": b"1"}


def test_ragged_rows_are_told_with_their_line_and_kept_as_far_as_can_be(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,name,town\n1,"a\nb",x\n2,short\n3,much,too,long\n4,c,y\n')
    with open_source(str(path)).reading() as reading:
        assert rows(reading, "a") == [
            {"id": 1, "name": "a\nb", "town": "x"},
            {"id": 4, "name": "c", "town": "y"},
            {"id": 2, "name": "short", "town": None},
            {"id": 3, "name": "much", "town": "too"},
        ]
        assert rows(reading, "a", "town")[-1] == {"town": "too"}
        assert reading.rows("a") == 4
        remarks = getattr(reading, "remarks", ())
    assert [remark.removeprefix(str(path)) for remark in remarks] == [
        ", line 4: 2 values where 3 columns are; what is missing is empty",
        ", line 5: 4 values where 3 columns are; what is too much is left out",
    ]


def test_one_column_with_gaps_keeps_its_gaps(tmp_path: Path) -> None:
    assert [row["name"] for row in read(tmp_path / "a.csv", "name\na\n\nb\n")] == ["a", None, "b"]


def test_a_quotation_mark_that_is_not_closed_is_told_without_what_follows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with pytest.raises(ConfigError, match="ends within quotation marks") as caught:
        read(path, 'a,b\n1,"x\n' + "secret,y\n" * 10)
    assert read(path, 'a,b\n1,"x\ny"\n\n') == [{"a": 1, "b": "x\ny"}]
    assert "secret" not in str(caught.value)


def test_large_files_come_in_batches_and_the_same_each_time(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("id,name\n" + "".join(f"{number},name {number % 97}\n" for number in range(150_000)))
    with open_source(str(path)).reading() as reading:
        found = list(reading.batches("a"))
        assert [batch.num_rows for batch in found] == [BATCH_ROWS, BATCH_ROWS, 150_000 - 2 * BATCH_ROWS]
        assert list(reading.batches("a")) == found
        assert sum(batch.num_rows for batch in reading.batches("a", most=70_000)) == 70_000
        assert reading.rows("a") == 150_000


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n1,a\n")
    with (
        pytest.raises(ConfigError, match=r"a.csv was changed while it was read"),
        open_source(str(path)).reading(),
    ):
        path.write_text("id,name\n1,a\n2,b\n")


def test_parquet_types_and_parts(tmp_path: Path) -> None:
    folder = tmp_path / "export" / "orders"
    folder.mkdir(parents=True)
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.uint8()),
            "big": pa.array([1, 2**64 - 1], pa.uint64()),
            "word": pa.array(["a", "b"]).dictionary_encode(),
            "when": pa.array([0, 1], pa.timestamp("ns", tz="Europe/Berlin")),
            "vec": pa.array([[0.5] * 4, None], pa.list_(pa.float64())),
            "tags": pa.array([["x"], None], pa.list_(pa.string())),
            "deep": pa.array([{"b": 1, "a": "é"}, None]),
        }
    )
    for part in ("1", "0"):
        pq.write_table(table, folder / f"part-{part}.parquet")
    (tmp_path / "export" / "people.csv").write_text("id,name\n1,a\n")
    with open_source(str(tmp_path / "export")).reading() as reading:
        assert reading.schema.names == ("orders", "people")
        assert reading.rows("orders") == 4
        batch = next(reading.batches("orders"))
        assert batch.schema.equals(schema_of(reading.schema.table("orders")))
        assert batch.to_pylist()[0] == {
            "id": 1,
            "big": Decimal(1),
            "word": "a",
            "when": datetime(1970, 1, 1, tzinfo=UTC),
            "vec": [0.5] * 4,
            "tags": '["x"]',
            "deep": '{"a":"é","b":1}',
        }
        assert batch.to_pylist()[1]["vec"] is None


def test_keys_and_references_that_values_bear_out_are_taken(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("id,name\n" + "".join(f"{i},n{i}\n" for i in range(50)))
    orders = "".join(f"A{i},{i % 50},{i % 3}\n" for i in range(99)) + "A99,777,1\n"
    (tmp_path / "orders.csv").write_text("order_id,customer_id,category_id\n" + orders)
    (tmp_path / "categories.csv").write_text("category_id,parent_id\n1,\n2,1\n2,1\n")
    with open_source(str(tmp_path)).reading() as reading:
        found = reading.schema
    assert found.table("customers").key == ("id",)
    assert found.table("orders").key == ("order_id",)
    assert found.table("orders").references == (
        ForeignKey(columns=("customer_id",), table="customers", to=("id",)),
    )
    assert found.table("categories").key == ()


def test_empty_files_and_two_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a.csv is empty"):
        read(tmp_path / "a.csv", "")
    (tmp_path / "a.tsv").write_text("x\ty\n")
    with pytest.raises(ConfigError, match="would both be table 'a'"), open_source(str(tmp_path)).reading():
        pass


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n")
    with open_source(str(path)).reading() as reading:
        assert (reading.rows("a"), list(reading.batches("a"))) == (0, [])
        assert [column.name for column in reading.schema.table("a").columns] == ["id", "name"]
