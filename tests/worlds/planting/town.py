"""A small world like a support desk's, at any density: each smaller one begins each larger one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pyarrow as pa

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import TableWriter, WorldFolder, parts_of
from agentprobe.worlds.manifest import GROWN, Manifest, write_manifest
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table

TODAY = date(2026, 1, 5)
GIVEN = (
    "John",
    "Mary",
    "Robert",
    "Anna",
    "William",
    "Laura",
    "James",
    "Emma",
    "Peter",
    "Susan",
    "Ivo",
    "Zoe",
)
SURNAMES = (
    "Smith",
    "Jones",
    "Taylor",
    "Hartwell",
    "Ashcombe",
    "Brown",
    "Novak",
    "Fischer",
    "Meyer",
    "Okafor",
)
CITIES = (("Leeds", "LS1 4AP"), ("York", "YO1 7HH"), ("Derby", "DE1 2AB"), ("Bath", "BA1 1LZ"))
TOPICS = ("Returns", "Delivery", "Warranty", "Price match", "Gift cards", "Spare parts")
ITEMS = ("kettle", "toaster", "blender", "lamp", "radio")
STATUSES = ("active", "active", "closed", " Closed", "CLOSED", "resolved", "on hold", "Active")
ZONES = ("Europe/London", "UTC", "Europe/Berlin")


def text(name: str, role: Role) -> Column:
    return Column(name=name, kind="text", role=role)


def number(name: str, role: Role = Role.IDENTIFIER) -> Column:
    return Column(name=name, kind="integer", role=role)


def refers(column: str, table: str, to: str) -> ForeignKey:
    return ForeignKey(columns=(column,), table=table, to=(to,))


CUSTOMERS = Table(
    name="customers",
    key=("customer_id",),
    columns=(
        number("customer_id"),
        text("given_name", Role.GIVEN_NAME),
        text("surname", Role.SURNAME),
        text("email", Role.EMAIL),
        text("phone", Role.PHONE),
        text("street", Role.STREET),
        text("city", Role.CITY),
        text("postcode", Role.POSTCODE),
        Column(name="date_of_birth", kind="date", role=Role.BIRTH_DATE),
        text("status", Role.CATEGORY),
        Column(name="created_at", kind="timestamp", role=Role.DATE),
        text("notes", Role.TEXT),
    ),
)
TICKETS = Table(
    name="tickets",
    key=("ticket_id",),
    references=(refers("customer_id", "customers", "customer_id"),),
    columns=(
        number("ticket_id"),
        number("customer_id"),
        text("subject", Role.TEXT),
        text("status", Role.CATEGORY),
        text("priority", Role.CATEGORY),
        Column(name="opened_at", kind="timestamp", role=Role.DATE),
        Column(name="closed_at", kind="timestamp", role=Role.DATE),
    ),
)
ORDERS = Table(
    name="orders",
    key=("order_id",),
    references=(refers("customer_id", "customers", "customer_id"),),
    columns=(
        text("order_id", Role.IDENTIFIER),
        number("customer_id"),
        text("item", Role.CATEGORY),
        Column(name="amount", kind="decimal", size=2, role=Role.MONEY),
        text("status", Role.CATEGORY),
        text("currency", Role.CATEGORY),
        Column(name="placed_at", kind="date", role=Role.DATE),
    ),
)
POLICIES = Table(
    name="policies",
    key=("document_id",),
    references=(refers("supersedes", "policies", "document_id"),),
    columns=(
        number("document_id"),
        text("title", Role.TITLE),
        text("body", Role.DOCUMENT),
        text("audience", Role.CATEGORY),
        text("region", Role.REGION),
        text("version", Role.CATEGORY),
        Column(name="valid_from", kind="date", role=Role.DATE),
        Column(name="valid_to", kind="date", role=Role.DATE),
        text("status", Role.CATEGORY),
        number("supersedes"),
        Column(name="updated", kind="date", role=Role.DATE),
    ),
)
CALENDARS = Table(
    name="calendars",
    key=("calendar_id",),
    columns=(number("calendar_id"), text("owner", Role.FULL_NAME), text("time_zone", Role.CATEGORY)),
)
EVENTS = Table(
    name="events",
    key=("event_id",),
    references=(refers("organiser", "calendars", "calendar_id"),),
    columns=(
        number("event_id"),
        text("uid", Role.IDENTIFIER),
        number("organiser"),
        text("title", Role.TITLE),
        Column(name="starts", kind="timestamp", role=Role.DATE, zoned=True),
        Column(name="ends", kind="timestamp", role=Role.DATE, zoned=True),
        text("time_zone", Role.CATEGORY),
        Column(name="all_day", kind="boolean", role=Role.FLAG),
        number("priority", Role.NUMBER),
        text("status", Role.CATEGORY),
        Column(name="transparent", kind="boolean", role=Role.FLAG),
        text("rule", Role.CODE),
        text("recurrence_id", Role.CODE),
    ),
)
ATTENDANCES = Table(
    name="attendances",
    key=("event_id", "calendar_id"),
    references=(refers("event_id", "events", "event_id"), refers("calendar_id", "calendars", "calendar_id")),
    columns=(
        number("event_id"),
        number("calendar_id"),
        text("response", Role.CATEGORY),
        Column(name="required", kind="boolean", role=Role.FLAG),
    ),
)
SCHEMA = Schema(tables=(CUSTOMERS, TICKETS, ORDERS, POLICIES, CALENDARS, EVENTS, ATTENDANCES))


def town(folder: Path, rows: int, *, schema: Schema = SCHEMA) -> WorldFolder:
    """Build the world of `rows` customers; tables that the schema lacks are left out."""
    made = {
        "customers": [customer(place) for place in range(rows)],
        "tickets": [ticket(place) for place in range(2 * rows)],
        "orders": [order(place) for place in range(rows)],
        "policies": [policy(place) for place in range(max(10, rows // 5))],
        "calendars": [calendar(place) for place in range(max(10, rows // 10))],
        "events": [event(place) for place in range(rows)],
        "attendances": [attendance(place) for place in range(rows)],
    }
    folder.mkdir(parents=True)
    for table in schema.tables:
        with TableWriter(folder, table) as writer:
            names = [column.name for column in table.columns]
            picked = [{name: row.get(name) for name in names} for row in made[table.name]]
            writer.add(pa.RecordBatch.from_pylist(picked, schema_of(table)))
    counts = {table.name: len(made[table.name]) for table in schema.tables}
    manifest = Manifest(
        kind=GROWN,
        name="town",
        as_of=f"{TODAY}T00:00:00Z",
        made="2026-01-06",
        schema=schema,
        rows=counts,
        parts=parts_of(folder),
    )
    write_manifest(folder, manifest)
    return WorldFolder(folder)


def drawn(place: int, name: str, count: int) -> int:
    """A number below `count` that belongs to one row alone; small numbers are frequent."""
    return int((crc32(f"{name} {place}".encode()) / 2**32) ** 1.5 * count)


def pick(place: int, name: str, among: tuple[Any, ...]) -> Any:
    return among[drawn(place, name, len(among))]


def key(place: int, start: int) -> int:
    """Row numbers in no order."""
    return start + place * 6_180_339 % 9_999_991


def customer(place: int) -> dict[str, Any]:
    given, surname = pick(place, "given", GIVEN), pick(place, "surname", SURNAMES)
    city, postcode = pick(place, "city", CITIES)
    born = date(1950, 1, 1) + timedelta(days=drawn(place, "born", 18_000))
    return {
        "customer_id": key(place, 10_000_000),
        "given_name": given,
        "surname": surname,
        "email": f"{given}.{surname}{place % 97}@example.org".lower(),
        "phone": f"0{4 + place % 5}{drawn(place, 'phone', 10**8):08}",
        "street": f"{1 + place % 180} Mill Lane",
        "city": city,
        "postcode": postcode,
        "date_of_birth": born,
        "status": pick(place, "status", STATUSES),
        "created_at": datetime.combine(date(2020, 1, 1), datetime.min.time())
        + timedelta(days=drawn(place, "made", 2_000)),
        "notes": None if place % 3 else "calls in the evening",
    }


def ticket(place: int) -> dict[str, Any]:
    opened = datetime.combine(TODAY, datetime.min.time()) - timedelta(days=3 + drawn(place, "opened", 700))
    status = pick(place, "status", STATUSES)
    return {
        "ticket_id": key(place, 20_000_000),
        "customer_id": customer_of(place),
        "subject": pick(place, "subject", ("Broken lid", "Late parcel", "Wrong colour", "Refund please")),
        "status": status,
        "priority": pick(place, "priority", ("normal", "low", "high")),
        "opened_at": opened,
        "closed_at": opened + timedelta(days=2) if "losed" in status else None,
    }


def order(place: int) -> dict[str, Any]:
    return {
        "order_id": f"ORD-{key(place, 30_000_000)}",
        "customer_id": customer_of(place),
        "item": pick(place, "item", ITEMS),
        "amount": 20 + drawn(place, "amount", 300),
        "status": pick(place, "state", ("delivered", "delivered", "cancelled", "shipped")),
        "currency": pick(place, "currency", ("EUR", "EUR", "USD")),
        "placed_at": TODAY - timedelta(days=5 + drawn(place, "placed", 400)),
    }


def customer_of(place: int) -> int:
    """Owners stand among the first rows, so they are there at every density."""
    return key(drawn(place, "owner", max(1, min(10, place // 2 + 1))), 10_000_000)


def policy(place: int) -> dict[str, Any]:
    topic, n = pick(place, "topic", TOPICS), 7 * (1 + place % 9)
    return {
        "document_id": key(place, 40_000_000),
        "title": f"{topic} {place // 6 + 1}",
        "body": f"This page is for our staff. {topic} are handled within {n} days. Ask if you are unsure.",
        "audience": pick(place, "audience", ("retail", "business")),
        "region": pick(place, "region", ("North", "South")),
        "version": "1.0",
        "valid_from": date(2024, 1, 1),
        "valid_to": None,
        "status": "in force",
        "supersedes": None,
        "updated": date(2024, 2, 1),
    }


def calendar(place: int) -> dict[str, Any]:
    owner = f"{GIVEN[place % len(GIVEN)]} {SURNAMES[place // 3 % len(SURNAMES)]}"
    return {"calendar_id": key(place, 50_000_000), "owner": owner, "time_zone": ZONES[place % 3]}


def event(place: int) -> dict[str, Any]:
    day = TODAY + timedelta(days=1 + drawn(place, "day", 30))
    starts = datetime(day.year, day.month, day.day, 8 + drawn(place, "hour", 9), tzinfo=UTC)
    return {
        "event_id": key(place, 60_000_000),
        "uid": f"{place:08}@town",
        "organiser": key(place % 10, 50_000_000),
        "title": pick(place, "title", ("Weekly sync", "Budget review", "Interview", "Planning")),
        "starts": starts,
        "ends": starts + timedelta(minutes=30 * (1 + place % 3)),
        "time_zone": ZONES[place % 3],
        "all_day": False,
        "priority": 5,
        "status": "CONFIRMED",
        "transparent": False,
        "rule": None,
    }


def attendance(place: int) -> dict[str, Any]:
    return {
        "event_id": key(place, 60_000_000),
        "calendar_id": key((place + 3) % 10, 50_000_000),
        "response": "accepted",
        "required": True,
    }
