"""A small world with everything that databases trip over, made without growing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import TableWriter, WorldFolder, parts_of
from agentprobe.worlds.manifest import Manifest, write_manifest
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table

Rows = Sequence[Mapping[str, Any]]

CUSTOMERS = Table(
    name="customers",
    key=("customer_id",),
    columns=(
        Column(name="customer_id", kind="integer", role=Role.IDENTIFIER, nullable=False),
        Column(name="full_name", kind="text", role=Role.FULL_NAME),
        Column(name="email", kind="text", role=Role.EMAIL),
        Column(name="date_of_birth", kind="date", role=Role.BIRTH_DATE),
        Column(name="status", kind="text", role=Role.CATEGORY),
        Column(name="seen", kind="timestamp", role=Role.DATE, zoned=True),
    ),
    unique=(("email",),),
)
ORDERS = Table(
    name="order",  # a reserved word
    key=("order_id",),
    columns=(
        Column(name="order_id", kind="integer", role=Role.IDENTIFIER, nullable=False),
        Column(name="customer_id", kind="integer", role=Role.IDENTIFIER),
        Column(name="select", kind="text", role=Role.TEXT),
        Column(name="amount", kind="decimal", role=Role.MONEY, size=2, native="numeric(30,2)"),
        Column(name="paid", kind="boolean", role=Role.FLAG),
    ),
    references=(ForeignKey(columns=("customer_id",), table="customers", to=("customer_id",)),),
)
NAMES = ("John Smith", "Jon Smith", "Mary O'Brien", "john smith", "Ana Müller", None)


def customers(count: int) -> list[dict[str, Any]]:
    """The same first rows at any count; not in the order of their ids."""
    rows = [
        {
            "customer_id": number + 1,
            "full_name": NAMES[number % len(NAMES)],
            "email": f"c{number}@mail.example",
            "date_of_birth": date(1980, 1, 1 + number % 28),
            "status": ("active", "Active", " CLOSED", "closed")[number % 4],
            "seen": datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
        }
        for number in range(count)
    ]
    return rows[1::2] + rows[::2]


def orders(count: int, customers: int) -> list[dict[str, Any]]:
    return [
        {
            "order_id": number + 1,
            "customer_id": number % customers + 1,
            "select": f"note {number}",
            "amount": Decimal(number) + Decimal("0.10"),
            "paid": number % 2 == 0,
        }
        for number in range(count)
    ]


def world(folder: Path, tables: Sequence[Table], rows: Mapping[str, Rows]) -> WorldFolder:
    """A finished world of these rows."""
    for table in tables:
        if rows.get(table.name):
            with TableWriter(folder, table) as writer:
                writer.add(pa.RecordBatch.from_pylist(list(rows[table.name]), schema=schema_of(table)))
    folder.mkdir(parents=True, exist_ok=True)
    write_manifest(
        folder,
        Manifest(
            kind="grown",
            name="small",
            as_of="2026-03-01T00:00:00+00:00",
            made="2026-03-01T00:00:00+00:00",
            schema=Schema(tables=tuple(tables)),
            rows={name: len(found) for name, found in rows.items()},
            parts=parts_of(folder),
        ),
    )
    return WorldFolder(folder)


def shop(folder: Path, *, people: int = 20, sold: int = 30) -> WorldFolder:
    """Customers and their orders."""
    rows = {"customers": customers(people), "order": orders(sold, people)}
    return world(folder, [ORDERS, CUSTOMERS], rows)
