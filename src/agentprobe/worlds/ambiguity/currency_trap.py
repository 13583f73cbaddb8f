"""The ambiguity currency_trap: amounts of several currencies stand in one column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.holdings import amount, order, orders_of
from agentprobe.worlds.planting.persons import add, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth


class CurrencyTrap(Ambiguity):
    """Amounts of several currencies stand in one column.

    What is there: a person's orders in euros, and some in yen, whose figures are a hundred times as high.
    What agents do wrong: they compare or add figures whatever their currency.
    Right: to look at the currency first.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.born", "orders.amount", "orders.currency")

    def plant(self, stage: Stage) -> Planted:
        people, orders = part(stage), orders_of(stage)
        person = add(stage, target(stage))
        owner = person[people.key]
        prices = [("EUR", 340), ("EUR", 95)] + [
            ("JPY", 12_500 + 900 * nth) for nth in range(min(stage.k, 10))
        ]
        rows = [
            order(stage, owner, days_ago=30 + 9 * nth, currency=currency, amount=amount(stage, price))
            for nth, (currency, price) in enumerate(prices)
        ]
        return Planted(
            ambiguity=self.name,
            keys={people.table: (owner,), orders.table: tuple(row[orders.key] for row in rows)},
            people=(who(person, people),),
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        orders, one = truth.cast.orders, planted.people[0]
        assert orders is not None, "it was planted with orders"
        fitting = truth.fitting(one)
        owned = truth.matching(orders.table, {orders.person: one.key})
        euros = [row for row in owned if plain(row[orders.currency]) == "eur"]
        largest = max(euros, key=lambda row: float(row[orders.amount]))
        spec = TaskSpec(
            id=f"{self.name}-largest",
            family="count_filter_aggregate",
            ambiguity=self.name,
            prompt=f"What is the number of the largest {orders.noun} in EUR of {truth.people.noun} "
            f"{one.told()[:-1]}?",
            matches=number(largest[orders.key]),
            asks_back=False,
            fitting=len(fitting),
            candidates=len(owned),
        )
        yield spec if truth.persons(fitting) == 1 else spec.asking()
