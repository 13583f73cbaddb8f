"""What people have: to add cases and orders that belong to a planted person."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from agentprobe.worlds.planting.cast import Cases, Orders
from agentprobe.worlds.planting.days import as_day, day_of
from agentprobe.worlds.planting.stage import Row, Stage
from agentprobe.worlds.planting.vocabulary import CLOSED, OPEN, word_of


def open_word(stage: Stage) -> str:
    """The word that the world's cases have for what is open."""
    cases = cases_of(stage)
    return word_of(stage.words(cases.table, cases.status), OPEN, "open")


def closed_word(stage: Stage) -> str:
    """The word that the world's cases have for what is closed."""
    cases = cases_of(stage)
    return word_of(stage.words(cases.table, cases.status), CLOSED)


def cases_of(stage: Stage) -> Cases:
    """What the cases are."""
    assert stage.cast.cases is not None, "an ambiguity that needs cases says so"
    return stage.cast.cases


def orders_of(stage: Stage) -> Orders:
    """What the orders are."""
    assert stage.cast.orders is not None, "an ambiguity that needs orders says so"
    return stage.cast.orders


def case(stage: Stage, person: Any, *, status: str, days_ago: int, **more: Any) -> Row:
    """Add a case of a person; `more` are further columns by their part's names."""
    cases = cases_of(stage)
    row = stage.template(cases.table, "case")
    row |= {cases.person: person, cases.status: status}
    row |= {getattr(cases, name): value for name, value in more.items() if getattr(cases, name)}
    if cases.opened:
        row[cases.opened] = ago(stage, cases.table, cases.opened, days_ago, row[cases.opened])
    if cases.closed:
        ended = status.strip().casefold() in CLOSED
        row[cases.closed] = (
            ago(stage, cases.table, cases.closed, max(0, days_ago - 2), row[cases.closed]) if ended else None
        )
    return stage.add(cases.table, row, key=cases.key)


def order(stage: Stage, person: Any, *, days_ago: int, **more: Any) -> Row:
    """Add an order of a person; `more` are further columns by their part's names."""
    orders = orders_of(stage)
    row = stage.template(orders.table, "order")
    row |= {orders.person: person}
    row |= {getattr(orders, name): value for name, value in more.items() if getattr(orders, name)}
    if orders.placed:
        row[orders.placed] = ago(stage, orders.table, orders.placed, days_ago, row[orders.placed])
    return stage.add(orders.table, row, key=orders.key)


def amount(stage: Stage, value: int) -> Any:
    """A sum of money as the orders' column has it."""
    orders = orders_of(stage)
    column = stage.column(orders.table, orders.amount)
    if column.kind == "integer":
        return value
    if column.kind == "float":
        return float(value)
    return str(value) if column.kind == "text" else Decimal(value)


def today(stage: Stage) -> date:
    """The day that the world shows."""
    return day_of(stage.as_of) or date(2026, 1, 5)


def ago(stage: Stage, table: str, column: str, days: int, like: Any) -> Any:
    """A day so many before the world's, as a column has it."""
    return as_day(stage.column(table, column), today(stage) - timedelta(days=days), like)
