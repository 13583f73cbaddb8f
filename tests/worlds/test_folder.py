"""What is written into a world's folder, and how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import TableWriter, digest_of_file
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.untyped import array

TABLE = Table(
    name="customers",
    columns=(
        Column(name="id", kind="integer"),
        Column(name="status", kind="text"),
        Column(name="note", kind="text"),
        Column(name="share", kind="float"),
        Column(name="born", kind="date"),
    ),
)


def batch(rows: int, *, statuses: int = 3) -> pa.RecordBatch:
    columns: list[list[Any]] = [
        list(range(rows)),
        [f"status {row % statuses}" for row in range(rows)],
        [None if row % 7 == 0 else f"note {row}" for row in range(rows)],
        [0.5] * rows,
        [row % 300 for row in range(rows)],
    ]
    types = schema_of(TABLE)
    arrays = [array(values, kind) for values, kind in zip(columns, types.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=types)


def written(folder: Path, *batches: pa.RecordBatch) -> Path:
    with TableWriter(folder, TABLE) as writer:
        for one in batches:
            writer.add(one)
    return folder / "tables" / "customers" / "0000.parquet"


def in_dictionaries(path: Path) -> list[str]:
    group = pq.read_metadata(path).row_group(0)
    columns = [group.column(place) for place in range(group.num_columns)]
    return [one.path_in_schema for one in columns if one.has_dictionary_page]


def test_only_columns_whose_values_recur_are_written_with_a_dictionary(tmp_path: Path) -> None:
    path = written(tmp_path, batch(2000), batch(500))
    assert in_dictionaries(path) == ["status", "born"]
    assert pq.read_table(path).equals(pa.Table.from_batches([batch(2000), batch(500)]))


def test_a_column_of_many_values_gets_no_dictionary_whatever_it_is_called(tmp_path: Path) -> None:
    assert in_dictionaries(written(tmp_path, batch(2000, statuses=1900))) == ["born"]


def test_an_empty_table_has_a_file_and_its_columns(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert pq.read_schema(path).equals(schema_of(TABLE))
    assert pq.read_metadata(path).num_rows == 0


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [written(tmp_path / name, batch(3000)) for name in ("one", "other")]
    assert len({digest_of_file(path) for path in paths}) == 1
