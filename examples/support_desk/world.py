"""The state that the support desk's tools act on, at any density.

Worlds are nested: the one of 10 rows is contained in the one of 1,000, with the same people at its heart, so
that from one to the next only the density changes. What tools only read is in `desk.sqlite` and the policy
index; what a run writes goes to `changes.sqlite`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import faiss
import numpy as np

from documents import documents
from embedding import DIMENSIONS, embed, rarity
from people import DEV_ROWS, customers, numbers, stream

TODAY = date(2026, 1, 5)
ITEMS = {
    "kettle": 59,
    "toaster": 49,
    "blender": 89,
    "iron": 69,
    "heater": 129,
    "fan": 79,
    "lamp": 39,
    "radio": 99,
    "scale": 29,
    "mixer": 149,
    "grill": 119,
    "juicer": 109,
}
STATUSES = (
    "active",
    "active",
    "active",
    "closed",
    " Closed",
    "CLOSED",
    "resolved",
    "done",
    "on hold",
    "pending",
)
"""What stands in the status column: our own words, and those of people and of systems we took over."""
SKILLS = ("dishwashers", "ovens", "fridges", "washing machines", "dryers")
DAYS = tuple(TODAY + timedelta(days=7 + day) for day in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11))
HOURS = tuple(f"{hour:02}:00" for hour in range(8, 17))

TABLES = """
CREATE TABLE desk (today TEXT, rows INTEGER, seed INTEGER);
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, person TEXT, given_name TEXT, surname TEXT,
    street TEXT, suburb TEXT, postcode TEXT, state TEXT, date_of_birth TEXT, phone TEXT, place INTEGER);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER, item TEXT, amount INTEGER,
    placed TEXT);
CREATE TABLE tickets (ticket_id INTEGER PRIMARY KEY, customer_id INTEGER, status TEXT, opened TEXT);
CREATE TABLE technicians (technician_id INTEGER PRIMARY KEY, skills TEXT);
CREATE TABLE taken (technician_id INTEGER, day TEXT, hour TEXT, held_for INTEGER);
CREATE TABLE policies (policy_id INTEGER PRIMARY KEY, title TEXT, topic TEXT, audience TEXT, region TEXT,
    line TEXT, body TEXT, valid_from TEXT, valid_to TEXT);
"""
INDEXES = """
CREATE INDEX orders_of ON orders (customer_id);
CREATE INDEX tickets_of ON tickets (customer_id);
CREATE INDEX taken_on ON taken (day, technician_id, hour);
"""
CHANGES = """
CREATE TABLE refunds (order_id INTEGER, amount REAL);
CREATE TABLE bookings (customer_id INTEGER, technician_id INTEGER, day TEXT, hour TEXT);
"""

Rows = Iterable[tuple[Any, ...]]


def build(folder: Path, rows: int, seed: int) -> None:
    """Build the world of `rows` customers in an empty folder; the same seed builds the same world."""
    if rows < DEV_ROWS:
        raise ValueError(f"the support desk needs at least {DEV_ROWS} rows, not {rows}")
    with closing(sqlite3.connect(folder / "desk.sqlite", isolation_level=None)) as desk:
        desk.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + TABLES)
        desk.execute("BEGIN")
        _fill(desk, "desk", [(TODAY.isoformat(), rows, seed)])
        people = _customers(rows, seed)
        _fill(desk, "customers", people)
        _fill(desk, "orders", _orders([person[0] for person in people], seed))
        _fill(desk, "tickets", _tickets([person[0] for person in people], seed))
        technicians = _technicians(rows)
        _fill(desk, "technicians", technicians)
        _fill(desk, "taken", _taken([technician[0] for technician in technicians], people, seed))
        _fill(desk, "policies", _policies(folder, rows, seed))
        desk.execute("COMMIT")
        desk.executescript(INDEXES)
    with closing(sqlite3.connect(folder / "changes.sqlite")) as changes:
        changes.executescript(CHANGES)


def _fill(desk: sqlite3.Connection, table: str, rows: Rows) -> None:
    rows = list(rows)
    if rows:
        desk.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def _customers(rows: int, seed: int) -> list[tuple[Any, ...]]:
    """Number everybody; who it truly is and how early they came is for tasks, no tool shows it."""
    return [
        (number, *person, f"04{crc32(f'{seed} {person.person}'.encode()) % 10**8:08}", place)
        for place, (number, person) in enumerate(customers(rows, seed))
    ]


def _orders(customer_ids: list[int], seed: int) -> Rows:
    """Give everybody one to three orders of different things, one in each third of last year."""
    chance = stream(seed, "orders").random((len(customer_ids), 5))
    items = list(ITEMS)
    order_ids = numbers(0, 3 * len(customer_ids))
    for place, (customer, (count, first, *days)) in enumerate(
        zip(customer_ids, chance.tolist(), strict=True)
    ):
        for nth in range(1 + int(count * 3)):
            item = items[(int(first * len(items)) + 5 * nth) % len(items)]
            placed = date(2025, 1 + 4 * nth, 1) + timedelta(days=int(days[nth] * 120))
            yield order_ids[3 * place + nth], customer, item, ITEMS[item], placed.isoformat()


def _tickets(customer_ids: list[int], seed: int) -> Rows:
    """One ticket a row; who has been a customer for long has more of them, the first three from the start."""
    chance = stream(seed, "tickets").random((len(customer_ids), 3)).tolist()
    ticket_ids = numbers(3_000_000, len(customer_ids))
    for place, (ticket, (who, status, day)) in enumerate(zip(ticket_ids, chance, strict=True)):
        early = place < DEV_ROWS
        words = STATUSES[:1] if place < 3 else ("active", "closed") if early else STATUSES
        owner = place % 3 if early else int(who**1.5 * place)
        opened = TODAY - timedelta(days=1 + int(day * 700))
        yield ticket, customer_ids[owner], words[int(status * len(words))], opened.isoformat()


def _technicians(rows: int) -> list[tuple[int, str]]:
    """Two who can do everything, and as the desk grows specialists."""
    count = 2 + int((rows - DEV_ROWS) ** 0.5 / 2)
    skills = [", ".join(SKILLS)] * 2 + [SKILLS[place % len(SKILLS)] for place in range(count - 2)]
    return list(zip(numbers(5_000_000, count), skills, strict=True))


def _taken(technician_ids: list[int], people: list[tuple[Any, ...]], seed: int) -> Iterator[tuple[Any, ...]]:
    """Fill the calendar: the denser, the more is booked, and the more of the rest is held for somebody else.

    The first technician keeps each day's last hour free, for emergencies.
    """
    booked, held = 1 - len(people) ** -0.2, 1 - 2 * len(people) ** -0.2
    chance = stream(seed, "calendar").random((len(technician_ids), len(DAYS), len(HOURS), 2))
    chance[0, :, -1] = 1
    for place in np.argwhere((chance < (booked, held)).any(axis=3)).tolist():
        technician, day, hour = place
        sure = chance[technician, day, hour, 0] < booked
        holder = None if sure else people[DEV_ROWS + (technician + day + hour) % 20][0]
        yield technician_ids[technician], DAYS[day].isoformat(), HOURS[hour], holder


def _policies(folder: Path, rows: int, seed: int) -> Rows:
    """Write the vector index beside the database; its places are the policies' numbers, from 0."""
    papers = documents(rows, seed)
    texts = [f"{paper.title}. {paper.body}" for paper in papers]
    weights = rarity(texts)
    index = faiss.IndexFlatIP(DIMENSIONS)
    index.add(embed(texts, weights))
    faiss.write_index(index, str(folder / "policies.faiss"))
    np.save(folder / "words.npy", weights)
    return ((number, *paper) for number, paper in enumerate(papers))
