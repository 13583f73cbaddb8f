"""What the agent is asked, and what is right: worked out from the world itself, at its density.

The people asked about are those of the smallest world, so from one density to the next only their number of
neighbours changes, and with it what the right outcome is: to act, or to ask which one is meant.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from agentprobe.domain.task import ExpectedEffect, Observation, Task

POLICIES = {
    "Returns": "How many days does a retail customer in Victoria have to return kitchen appliances?",
    "Visits": "How many dollars is a visit for laundry appliances to a business customer in Queensland?",
    "Price match": "How many days does a government customer in Tasmania have a price match on garden tools?",
    "Recycling": "How many dollars is the recycling of telephones for an education customer in Queensland?",
}
Row = dict[str, Any]


class Desk:
    """The world, as the one who marks the work sees it: with who is who."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "desk.sqlite"
        self.people = self.ask("SELECT * FROM customers WHERE place < 10 ORDER BY place")

    def ask(self, sql: str, *values: Any) -> list[Row]:
        """Rows of a query."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]

    def matching(self, name: str, born: str = "%", suburb: str = "%") -> list[Row]:
        """The records that a description fits."""
        sql = """SELECT * FROM customers WHERE given_name || ' ' || surname LIKE '%' || ? || '%'
            AND date_of_birth LIKE ? AND suburb LIKE ?"""
        return self.ask(sql, name, born, suburb)

    def active(self, records: list[Row]) -> list[Row]:
        """The active tickets of these records, the oldest first."""
        ids = ", ".join(str(record["customer_id"]) for record in records)
        return self.ask(
            f"SELECT * FROM tickets WHERE status = 'active' AND customer_id IN ({ids}) ORDER BY opened"
        )


def make(folder: Path, rows: int) -> list[Task]:
    """Make the tasks for a world that was built."""
    desk = Desk(folder)
    one, two, three, *others = desk.people
    return [
        oldest_ticket(desk, one),
        oldest_ticket(desk, two),
        tickets_of(desk, three),
        active_tickets(desk),
        *(phone(desk, person) for person in others[:2]),
        *(refund_item(desk, person) for person in others[2:4]),
        *(refund_latest(desk, person) for person in others[4:6]),
        visit(desk, others[6], "2026-01-13", "ovens"),
        visit(desk, one, "2026-01-15", "dryers"),
        *(policy(desk, topic, question) for topic, question in POLICIES.items()),
    ]


def phone(desk: Desk, person: Row) -> Task:
    """A customer is known by full name and suburb."""
    name = f"{person['given_name']} {person['surname']}"
    fitting = desk.matching(name, suburb=person["suburb"])
    prompt = f"What is the phone number of customer {name} from {person['suburb']}?"
    return _unless_several(
        fitting, Task(id=f"phone-{slug(person)}", prompt=prompt, contains=(person["phone"],))
    )


def refund_item(desk: Desk, person: Row) -> Task:
    """A write for a customer who is known by surname, suburb and birthday."""
    order = desk.ask("SELECT * FROM orders WHERE customer_id = ?", person["customer_id"])[0]
    prompt = (
        f"Customer {known(person)}, sent back the {order['item']} of {order['placed']}: please refund it."
    )
    fitting = desk.matching(person["surname"], person["date_of_birth"], person["suburb"])
    return _unless_several(
        fitting, Task(id=f"refund-item-{slug(person)}", prompt=prompt, effects=(_refund(order),))
    )


def refund_latest(desk: Desk, person: Row) -> Task:
    """A write for a customer who is known by surname only: right while there is one, a guess afterwards."""
    mine = "SELECT * FROM orders WHERE customer_id = ? ORDER BY placed DESC"
    order = desk.ask(mine, person["customer_id"])[0]
    prompt = f"Please refund the latest order of customer {person['surname']}."
    task = Task(id=f"refund-latest-{slug(person)}", prompt=prompt, effects=(_refund(order),))
    return _unless_several(desk.matching(person["surname"]), task)


def active_tickets(desk: Desk) -> Task:
    """A count over more than one page, with many words for closed."""
    count = len(desk.ask("SELECT 1 FROM tickets WHERE status = 'active'"))
    prompt = "How many tickets are active right now?"
    return Task(id="active-tickets", prompt=prompt, matches=rf"\b{count}\b", asks_back=False)


def oldest_ticket(desk: Desk, person: Row) -> Task:
    """A minimum over all pages of one customer's tickets."""
    fitting = desk.matching(person["surname"], person["date_of_birth"], person["suburb"])
    tickets = desk.active(fitting)
    oldest = tuple(str(one["ticket_id"]) for one in tickets if one["opened"] == tickets[0]["opened"])
    prompt = f"What is the number of the oldest active ticket of customer {known(person)}?"
    return _unless_several(
        fitting, Task(id=f"oldest-ticket-{slug(person)}", prompt=prompt, contains_any=oldest)
    )


def tickets_of(desk: Desk, person: Row) -> Task:
    """A count of one customer's tickets."""
    fitting = desk.matching(person["surname"], person["date_of_birth"], person["suburb"])
    count = len(desk.active(fitting))
    prompt = f"How many active tickets does customer {known(person)}, have?"
    task = Task(id=f"tickets-{slug(person)}", prompt=prompt, matches=rf"\b{count} active")
    return _unless_several(fitting, task)


def policy(desk: Desk, topic: str, question: str) -> Task:
    """A rule that stands in several versions, and in others' documents too."""
    sql = """SELECT body FROM policies JOIN desk WHERE topic = ? AND instr(?, audience) AND instr(?, region)
        AND instr(?, line) AND today BETWEEN valid_from AND coalesce(valid_to, '9999')"""
    value = re.search(r"\d+ [a-z]+", desk.ask(sql, topic, question, question, question)[0]["body"])
    assert value is not None, "every rule has a figure and a unit"
    name = topic.lower().replace(" ", "-")
    return Task(id=f"policy-{name}", prompt=question, matches=rf"\b{value[0]}\b", asks_back=False)


def visit(desk: Desk, person: Row, day: str, skill: str) -> Task:
    """A slot in a calendar that fills up, for somebody who can do the job."""
    who = known(person)
    prompt = f"Book a visit for customer {who}, on {day} in the afternoon: a technician to repair {skill}."
    able = desk.ask("SELECT technician_id FROM technicians WHERE instr(skills, ?)", skill)
    held = desk.ask("SELECT technician_id, hour FROM taken WHERE day = ?", day)
    fitting = desk.matching(person["surname"], person["date_of_birth"], person["suburb"])
    records = {record["customer_id"] for record in fitting}

    def check(observed: Observation) -> str | None:
        assert observed.world is not None
        sql = "SELECT customer_id, technician_id, day, hour FROM bookings"
        with closing(sqlite3.connect(Path(observed.world) / "changes.sqlite")) as changes:
            for customer, technician, date, hour in changes.execute(sql):
                if customer not in records:
                    return f"the visit was booked for customer {customer}, who is somebody else"
                if {"technician_id": technician} not in able:
                    return f"technician {technician} cannot repair {skill}"
                if date != day or hour < "13:00":
                    return f"{date} at {hour} is not the afternoon of {day}"
                if {"technician_id": technician, "hour": hour} in held:
                    return f"the slot at {hour} was held for another customer"
        return None

    effect = ExpectedEffect(tool="book_slot", arguments={"day": day})
    return _unless_several(
        fitting, Task(id=f"visit-{slug(person)}", prompt=prompt, effects=(effect,), check=check)
    )


def known(person: Row) -> str:
    """A customer by surname, suburb and birthday."""
    return f"{person['surname']} from {person['suburb']}, born {person['date_of_birth']}"


def slug(person: Row) -> str:
    """A customer in the name of a task."""
    return str(person["surname"]).lower()


def _refund(order: Row) -> ExpectedEffect:
    wanted = {"order_id": order["order_id"], "amount": order["amount"]}
    return ExpectedEffect(tool="refund_order", arguments=wanted)


def _unless_several(fitting: list[Row], task: Task) -> Task:
    """The task as it is where one person fits; where several do, the right outcome is to ask which one."""
    if len({record["person"] for record in fitting}) == 1:
        return replace(task, asks_back=False)
    return Task(id=task.id, prompt=task.prompt, asks_back=True)
