"""The ambiguity partially_relevant_rows: most of what a search finds is only near to what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.days import day_of
from agentprobe.worlds.planting.holdings import order, orders_of, today
from agentprobe.worlds.planting.persons import add, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth

_NEAR = ("{} bag", "{} spare part", "{} cleaning kit", "Stand for {}", "{} (refurbished)")


class PartiallyRelevantRows(Ambiguity):
    """Most of what a search finds is only near to what was asked.

    What is there: a person's orders of one thing, of its accessories, and of the thing in another month.
    What agents do wrong: they count every row whose text holds the word, whatever the month.
    Right: to hold each row against all that was asked.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.born", "orders.item", "orders.placed")

    def plant(self, stage: Stage) -> Planted:
        people, orders = part(stage), orders_of(stage)
        person = add(stage, target(stage))
        owner, item = person[people.key], str(stage.template(orders.table, "item")[orders.item]).strip()
        middle = (today(stage).replace(day=15) - timedelta(days=150)).replace(day=15)
        inside = (today(stage) - middle).days
        things = [(item, inside - 6), (item, inside + 4), (item, inside + 33)]
        things += [(_NEAR[nth % len(_NEAR)].format(item), inside + nth % 5 - 2) for nth in range(stage.k)]
        rows = [order(stage, owner, days_ago=days, item=thing) for thing, days in things]
        return Planted(
            ambiguity=self.name,
            keys={people.table: (owner,), orders.table: tuple(row[orders.key] for row in rows)},
            people=(who(person, people),),
            facts={"item": item, "month": middle.isoformat()},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        orders, one, item = truth.cast.orders, planted.people[0], planted.facts["item"]
        assert orders is not None, "it was planted with orders"
        fitting, month = truth.fitting(one), day_of(planted.facts["month"])
        assert month is not None, "it was planted with a month"
        owned = truth.matching(orders.table, {orders.person: one.key})
        near = [row for row in owned if plain(item) in plain(row[orders.item])]
        days = [day_of(row[orders.placed]) for row in near if plain(row[orders.item]) == plain(item)]
        count = sum(day is not None and day.replace(day=15) == month for day in days)
        spec = TaskSpec(
            id=f"{self.name}-count",
            family="count_filter_aggregate",
            ambiguity=self.name,
            prompt=f"How many {orders.noun}s of exactly “{item}” did {truth.people.noun} {one.told()} place "
            f"in {month:%B %Y}? Answer with the number.",
            matches=number(count),
            asks_back=False,
            fitting=len(fitting),
            candidates=len(near),
        )
        yield spec if truth.persons(fitting) == 1 else spec.asking()
