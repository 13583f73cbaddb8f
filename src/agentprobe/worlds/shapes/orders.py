"""Orders: what customers buy, and the lines of each order."""

from __future__ import annotations

from agentprobe.worlds.roles import Role
from agentprobe.worlds.shape.model import (
    Category,
    Fan,
    Key,
    Moment,
    Number,
    Reference,
    Shape,
    TableShape,
    Words,
)
from agentprobe.worlds.shapes._built_in import BuiltIn, column, refers, spectrum, table, weighted
from agentprobe.worlds.shapes._stated import OFFICE_HOURS, SINCE_2010, WEEK
from agentprobe.worlds.shapes.customers import customers

_STATUS = weighted("""
0.5 delivered
0.08 Delivered
0.12 shipped
0.08 paid
0.06 open
0.02 OPEN
0.05 cancelled
0.03 canceled
0.04 returned
0.02 refunded
""")


class Orders(BuiltIn):
    """Customers, their orders (2 each on average) and the lines of these. Chosen, not measured."""

    @classmethod
    def shape(cls) -> Shape:
        """The shape."""
        return Shape(name="orders", tables=(customers(), orders(), order_lines()))


def orders() -> TableShape:
    """The orders of the customers' table."""
    placed = Moment(
        knots=SINCE_2010,
        weekdays=WEEK,
        hours=OFFICE_HOURS,
        after="parent.created_at",
        gaps=(0.0, 0.02, 14, 70, 180, 380, 700, 1_300),
    )
    return table(
        "orders",
        200_000,
        [
            column("order_id", Role.IDENTIFIER, Key(form="text", digits=9, prefix="ORD-"), nullable=False),
            column("customer_id", Role.IDENTIFIER, Reference(), "integer", nullable=False),
            column("item", Role.TEXT, _item(), nullable=False),
            column("amount", Role.MONEY, _amount(), "decimal", nullable=False),
            column("status", Role.CATEGORY, Category(values=_STATUS), nullable=False),
            column("placed_at", Role.DATE, placed, "timestamp", nullable=False),
        ],
        key="order_id",
        references=(refers("customer_id", "customers"),),
        fans=(Fan(columns=("customer_id",), sizes=_PER_CUSTOMER),),
    )


def order_lines() -> TableShape:
    """The lines of the orders."""
    quantity = Category(
        values=(("1", 0.72), ("2", 0.15), ("3", 0.06), ("4", 0.03), ("5", 0.02), ("10", 0.02))
    )
    return table(
        "order_lines",
        380_000,
        [
            column("line_id", Role.IDENTIFIER, Key(digits=9), "integer", nullable=False),
            column("order_id", Role.IDENTIFIER, Reference(), nullable=False),
            column("product", Role.TEXT, _item(), nullable=False),
            column("quantity", Role.NUMBER, quantity, "integer", nullable=False),
            column("price", Role.MONEY, _amount(), "decimal", nullable=False),
        ],
        key="line_id",
        references=(refers("order_id", "orders"),),
        fans=(Fan(columns=("order_id",), sizes=((1, 0.56), (2, 0.22), (3, 0.12), (5, 0.08), (9, 0.02))),),
    )


def _item() -> Words:
    return Words(vocabulary="product", spectrum=spectrum(0.25, 150.0))


def _amount() -> Number:
    return Number(
        knots=(1.0, 6, 11, 17, 25, 36, 52, 78, 130, 280, 2_400),
        endings=((0.99, 0.45), (0.0, 0.2), (0.5, 0.1), (0.95, 0.08)),
        special=((0.0, 0.006), (19.99, 0.02)),
    )


_PER_CUSTOMER = ((0, 0.3), (1, 0.32), (2, 0.14), (3, 0.08), (4, 0.06), (7, 0.06), (15, 0.03), (45, 0.01))
