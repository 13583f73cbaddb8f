"""A world as it is kept: a folder with a manifest and the rows of each table in Parquet.

NAME/manifest.json
NAME/tables/TABLE/0000.parquet …     one table's rows, in the order of the parts' names
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from agentprobe.errors import FixtureError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.manifest import Manifest, Part, read_manifest
from agentprobe.worlds.schema import Schema, Table
from agentprobe.worlds.source import BATCH_ROWS

_LOOKED_AT = 4096


class WorldFolder:
    """A finished world, to read; it can stand wherever a `Reading` can."""

    def __init__(self, path: Path) -> None:
        """Raises FixtureError where there is no world."""
        self.path = path
        self.manifest: Manifest = read_manifest(path)

    @property
    def as_of(self) -> str:
        """The state of production that it shows."""
        return self.manifest.as_of

    @property
    def schema(self) -> Schema:
        """Its tables, with roles."""
        return self.manifest.schema

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        self.schema.table(table)
        return self.manifest.rows.get(table, 0)

    def files(self, table: str) -> tuple[Path, ...]:
        """The Parquet files of a table, in order; none where it is empty."""
        return tuple(sorted((self.path / "tables" / spelled(table)).glob("*.parquet")))

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """A table's rows in order, in batches of at most `BATCH_ROWS`; see `Reading.batches`."""
        names = list(columns) or [column.name for column in self.schema.table(table).columns]
        left = most
        for path in self.files(table):
            for batch in pq.ParquetFile(path).iter_batches(BATCH_ROWS, columns=names):
                if left is not None and batch.num_rows >= left:
                    yield batch.slice(0, left).select(names)
                    return
                left = None if left is None else left - batch.num_rows
                yield batch.select(names)

    def table(self, table: str, columns: Sequence[str] = ()) -> pa.Table:
        """All rows of a table at once."""
        names = list(columns) or [column.name for column in self.schema.table(table).columns]
        schema = schema_of(self.schema.table(table))
        picked = pa.schema([schema.field(name) for name in names])
        return pa.Table.from_batches(self.batches(table, names), picked)

    def check(self) -> None:
        """See that every file is as it was sealed; raises FixtureError for the first that is not."""
        for part in self.manifest.parts:
            path = self.path / part.path
            if not path.is_file() or digest_of_file(path) != part.digest:
                raise FixtureError(f"{path} is not what was sealed in the manifest; make the world again")


class TableWriter:
    """The rows of one table on their way into a world's folder; use it with `with`."""

    def __init__(self, folder: Path, table: Table, *, part: str = "0000") -> None:
        self._path = folder / "tables" / spelled(table.name) / f"{part}.parquet"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._schema = schema_of(table)
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Append rows, in the table's own columns and types."""
        if self._writer is None:
            self._writer = self._opened(_recurring(batch))
        self._writer.write_batch(batch, row_group_size=BATCH_ROWS * 16)
        self.rows += batch.num_rows

    def close(self) -> None:
        """Finish the file."""
        if self._writer is None:
            self._writer = self._opened([])
        self._writer.close()

    def _opened(self, recurring: list[str]) -> pq.ParquetWriter:
        told: Any = recurring  # the stubs know no list of columns
        return pq.ParquetWriter(self._path, self._schema, compression="zstd", use_dictionary=told)

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _recurring(batch: pa.RecordBatch) -> list[str]:
    """The columns whose values recur, so that a dictionary of them is shorter than they are.

    Looked for among the first rows: a dictionary that does not pay costs a third of the time of writing.
    """
    first = batch.slice(0, _LOOKED_AT)
    kinds = (pa.types.is_nested, pa.types.is_floating)
    return [
        field.name
        for field, values in zip(first.schema, first.columns, strict=True)
        if not any(kind(field.type) for kind in kinds) and len(values.unique()) * 2 <= len(values)
    ]


def spelled(table: str) -> str:
    """A table's name as that of a folder: what could lead elsewhere is written as %XX."""
    name = quote(table, safe=" ")
    return "%2E" + name[1:] if name.startswith(".") else name


def parts_of(folder: Path) -> tuple[Part, ...]:
    """Every file of a world's folder but the manifest, with its digest, for the manifest."""
    found = []
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(here, name)
            if path.parent == folder and name == "manifest.json":
                continue
            rows = pq.read_metadata(path).num_rows if path.suffix == ".parquet" else None
            told = path.relative_to(folder).as_posix()
            found.append(Part(path=told, digest=digest_of_file(path), bytes=path.stat().st_size, rows=rows))
    return tuple(found)


def digest_of_file(path: Path) -> str:
    """The digest of a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]
