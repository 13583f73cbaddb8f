"""Tickets: what customers ask for, with a status in many spellings."""

from __future__ import annotations

from agentprobe.worlds.roles import Role
from agentprobe.worlds.shape.model import (
    Category,
    Fan,
    Key,
    Moment,
    Prose,
    Reference,
    Shape,
    TableShape,
    Words,
)
from agentprobe.worlds.shapes._built_in import BuiltIn, column, refers, spectrum, table, weighted
from agentprobe.worlds.shapes._stated import OFFICE_HOURS, SINCE_2010, WEEK
from agentprobe.worlds.shapes.customers import customers

_STATUS = weighted("""
0.44 closed
0.08 Closed
0.02 CLOSED
0.01 closed·
0.16 resolved
0.11 open
0.03 Open
0.05 pending
0.04 on hold
0.03 waiting for customer
0.02 escalated
0.01 duplicate
""")
_PRIORITY = weighted("""
0.46 normal
0.09 Normal
0.2 low
0.16 high
0.06 urgent
0.03 P1
""")

_STILL_OPEN = tuple(
    0.0 if word.strip().lower() in ("closed", "resolved", "duplicate") else 1.0 for word, _ in _STATUS
)


class Tickets(BuiltIn):
    """Customers and their tickets, 1.4 each on average and very unevenly spread. Chosen, not measured."""

    @classmethod
    def shape(cls) -> Shape:
        """The shape."""
        return Shape(name="tickets", tables=(customers(), tickets()))


def tickets() -> TableShape:
    """The tickets of the customers' table."""
    opened = Moment(
        knots=SINCE_2010, weekdays=WEEK, hours=OFFICE_HOURS, after="parent.created_at", gaps=_AFTER
    )
    closed = Moment(
        knots=SINCE_2010, hours=OFFICE_HOURS, after="opened_at", gaps=(0.01, 0.1, 0.6, 1.5, 4, 12, 60)
    )
    assignee = Words(vocabulary="given_name", spectrum=spectrum(0.05, 12.0))
    return table(
        "tickets",
        140_000,
        [
            column("ticket_id", Role.IDENTIFIER, Key(digits=9), "integer", nullable=False),
            column("customer_id", Role.IDENTIFIER, Reference(), "integer", nullable=False),
            column(
                "subject",
                Role.TEXT,
                Prose(vocabulary="subjects", lengths=(2, 3, 4), spectrum=spectrum(0.4, 900.0)),
            ),
            column("status", Role.CATEGORY, Category(values=_STATUS), nullable=False),
            column("priority", Role.CATEGORY, Category(values=_PRIORITY)),
            column("opened_at", Role.DATE, opened, "timestamp", nullable=False),
            column("closed_at", Role.DATE, closed, "timestamp", absent="status", absent_by=_STILL_OPEN),
            column("assignee", Role.GIVEN_NAME, assignee),
        ],
        key="ticket_id",
        references=(refers("customer_id", "customers"),),
        fans=(Fan(columns=("customer_id",), sizes=_PER_CUSTOMER),),
        missing=((("assignee",), 0.05), (("priority",), 0.03)),
    )


_AFTER = (0.5, 20, 60, 140, 260, 420, 650, 950, 1_400)
"""Days from a customer's beginning to a ticket."""
_PER_CUSTOMER = ((0, 0.52), (1, 0.22), (2, 0.1), (3, 0.06), (5, 0.05), (8, 0.03), (14, 0.015), (40, 0.005))
