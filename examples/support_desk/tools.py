"""What the agent can do at the support desk: tools over a real database, index and calendar.

They are written as a team writes them: plain functions that return JSON, ten rows a page, in whatever order
the database gives. Where the desk's state is, the variable SUPPORT_DESK_WORLD says.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np

import agentprobe
from embedding import embed

PAGE = 10
HOURS = tuple(f"{hour:02}:00" for hour in range(8, 17))


def folder() -> Path:
    """Where the desk's state is."""
    return Path(os.environ["SUPPORT_DESK_WORLD"])


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    """Open the desk's records to read, and what this run changes to write."""
    path = folder()
    with closing(sqlite3.connect(f"file:{path / 'changes.sqlite'}", uri=True)) as connection:
        connection.execute("ATTACH ? AS desk", (f"file:{path / 'desk.sqlite'}?mode=ro&immutable=1",))
        connection.row_factory = sqlite3.Row
        with connection:
            yield connection


def page_of(noun: str, sql: str, values: dict[str, Any], page: int) -> str:
    """One page of a query's rows, and how many rows there are."""
    at = {**values, "size": PAGE, "skip": PAGE * (page - 1)}
    with database() as connection:
        total = connection.execute(f"SELECT count(*) FROM ({sql})", values).fetchone()[0]
        rows = connection.execute(f"{sql} LIMIT :size OFFSET :skip", at).fetchall()
    return json.dumps({"total": total, "page": page, noun: [dict(row) for row in rows]})


@agentprobe.tool(effect="read")
def find_customer(name: str, suburb: str = "", date_of_birth: str = "", page: int = 1) -> str:
    """Find customers by name (given name, surname, or both), suburb and date of birth (YYYY-MM-DD)."""
    sql = """SELECT customer_id, given_name, surname, suburb, date_of_birth, phone FROM customers
        WHERE given_name || ' ' || surname LIKE '%' || :name || '%'
          AND (:suburb = '' OR suburb = :suburb COLLATE NOCASE)
          AND (:born = '' OR date_of_birth = :born)"""
    return page_of("customers", sql, {"name": name, "suburb": suburb, "born": date_of_birth}, page)


@agentprobe.tool(effect="read")
def get_orders(customer_id: int) -> str:
    """List a customer's orders, each with what was refunded of it."""
    sql = """SELECT customer_id, order_id, item, amount, placed,
        (SELECT coalesce(sum(amount), 0) FROM refunds WHERE order_id = orders.order_id) AS refunded
        FROM orders WHERE customer_id = :customer"""
    return page_of("orders", sql, {"customer": customer_id}, page=1)


@agentprobe.tool(effect="write", key=lambda order_id, amount: f"refund order {order_id}")
def refund_order(order_id: int, amount: float) -> str:
    """Pay the amount of an order back to the customer."""
    with database() as connection:
        if not connection.execute("SELECT 1 FROM orders WHERE order_id = ?", (order_id,)).fetchone():
            return json.dumps({"error": f"there is no order {order_id}"})
        connection.execute("INSERT INTO refunds VALUES (?, ?)", (order_id, amount))
    return json.dumps({"refunded": amount, "order_id": order_id})


@agentprobe.tool(effect="read")
def list_tickets(status: str, customer_id: int = 0, page: int = 1) -> str:
    """List tickets by status, such as "active"; "!=closed" means every status but that one."""
    matches = "status != :status" if status.startswith("!=") else "status = :status"
    sql = f"SELECT * FROM tickets WHERE {matches} AND (:customer = 0 OR customer_id = :customer)"
    return page_of("tickets", sql, {"status": status.removeprefix("!="), "customer": customer_id}, page)


@agentprobe.tool(effect="read")
def search_policies(query: str, k: int = 3) -> str:
    """Search the policy documents by meaning and return the k nearest, the nearest first."""
    index = faiss.read_index(str(folder() / "policies.faiss"))
    scores, found = index.search(embed([query], np.load(folder() / "words.npy")), min(k, index.ntotal))
    with database() as connection:
        rows = [
            connection.execute("SELECT * FROM policies WHERE policy_id = ?", (number,)).fetchone()
            for number in found[0].tolist()
        ]
    scored = zip(rows, scores[0].tolist(), strict=True)
    return json.dumps({"policies": [{**dict(row), "score": round(score, 3)} for row, score in scored]})


@agentprobe.tool(effect="read")
def free_slots(day: str, after: str = "08:00", page: int = 1) -> str:
    """List a day's free slots from an hour on; one that is held for a customer is not confirmed yet."""
    hours = ", ".join(f"('{hour}')" for hour in HOURS)
    sql = f"""WITH clock (hour) AS (VALUES {hours})
        SELECT technicians.technician_id, skills, :day AS day, clock.hour, held_for
        FROM technicians JOIN clock LEFT JOIN taken
        ON (taken.technician_id, taken.hour, taken.day) = (technicians.technician_id, clock.hour, :day)
        WHERE clock.hour >= :after AND {_open_on("technicians.technician_id", "clock.hour")}"""
    return page_of("slots", sql, {"day": day, "after": after}, page)


@agentprobe.tool(
    effect="write", key=lambda customer_id, technician_id, day, hour: f"visit {customer_id} {day}"
)
def book_slot(customer_id: int, technician_id: int, day: str, hour: str) -> str:
    """Book a technician's visit at a customer's home."""
    sql = f"SELECT {_open_on(':technician', ':hour')}"
    with database() as connection:
        if not connection.execute(sql, {"technician": technician_id, "day": day, "hour": hour}).fetchone()[0]:
            return json.dumps({"error": f"technician {technician_id} is not free on {day} at {hour}"})
        connection.execute(
            "INSERT INTO bookings VALUES (?, ?, ?, ?)", (customer_id, technician_id, day, hour)
        )
    return json.dumps({"booked": {"technician_id": technician_id, "day": day, "hour": hour}})


TOOLS: tuple[Callable[..., str], ...] = (
    find_customer,
    get_orders,
    refund_order,
    list_tickets,
    search_policies,
    free_slots,
    book_slot,
)


def today() -> str:
    """The desk's date."""
    with database() as connection:
        return str(connection.execute("SELECT today FROM desk.desk").fetchone()[0])


def _open_on(technician: str, hour: str) -> str:
    """SQL that says whether a slot of :day is neither taken nor booked in this run."""
    return f"""NOT EXISTS (SELECT 1 FROM taken WHERE technician_id = {technician} AND day = :day
            AND hour = {hour} AND held_for IS NULL)
        AND NOT EXISTS (SELECT 1 FROM bookings WHERE technician_id = {technician} AND day = :day
            AND hour = {hour})"""
