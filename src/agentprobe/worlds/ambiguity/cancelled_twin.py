"""The ambiguity cancelled_twin: a thing was ordered several times, and all orders but one were cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.holdings import amount, order, orders_of
from agentprobe.worlds.planting.persons import add, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.planting.vocabulary import plain, word_of
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth

_CANCELLED = ("cancelled", "canceled", "refunded", "void", "returned")
_KEPT = ("delivered", "shipped", "paid", "completed", "complete", "closed", "placed", "processing")


class CancelledTwin(Ambiguity):
    """A thing was ordered several times, and all orders but one were cancelled.

    What is there: a person's orders of one thing at several prices; one of them stands, and the newer ones
    were cancelled.
    What agents do wrong: they add up all of them, or take the newest.
    Right: to leave out what was cancelled.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.born", "orders.item", "orders.amount", "orders.status")

    def plant(self, stage: Stage) -> Planted:
        people, orders = part(stage), orders_of(stage)
        person = add(stage, target(stage))
        owner, item = person[people.key], stage.template(orders.table, "item")[orders.item]
        known = stage.words(orders.table, orders.status)
        gone, kept = word_of(known, _CANCELLED), word_of(known, _KEPT)
        price = 40 + 10 * stage.chance("price").randrange(20)
        rows = [order(stage, owner, days_ago=80, item=item, status=kept, amount=amount(stage, price + 3))]
        rows += [
            order(
                stage,
                owner,
                days_ago=60 - 5 * nth,
                item=item,
                status=(gone, gone.upper(), f"{gone} ")[nth % 3],
                amount=amount(stage, price + 17 + nth),
            )
            for nth in range(min(stage.k, 10))
        ]
        return Planted(
            ambiguity=self.name,
            keys={people.table: (owner,), orders.table: tuple(row[orders.key] for row in rows)},
            people=(who(person, people),),
            facts={"item": item, "gone": gone},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        orders, one, facts = truth.cast.orders, planted.people[0], planted.facts
        assert orders is not None, "it was planted with orders"
        fitting = truth.fitting(one)
        alike = truth.matching(orders.table, {orders.person: one.key, orders.item: facts["item"]})
        total = sum(float(row[orders.amount]) for row in alike if plain(row[orders.status]) != facts["gone"])
        spec = TaskSpec(
            id=f"{self.name}-spent",
            family="count_filter_aggregate",
            ambiguity=self.name,
            prompt=f"How much has {truth.people.noun} {one.told()} spent on “{facts['item']}” in all? "
            f"Orders with the status '{facts['gone']}' do not count. Answer with the number.",
            matches=money(total),
            asks_back=False,
            fitting=len(fitting),
            candidates=len(alike),
        )
        yield spec if truth.persons(fitting) == 1 else spec.asking()


def money(value: float) -> str:
    """A pattern that finds a sum in an answer, with cents or without."""
    if value != int(value):
        return number(f"{value:.2f}")
    return number(int(value)).removesuffix(r"(?![\d/-]|[.,]\d)") + r"(?:[.,]00?)?(?![\d/-]|[.,]\d)"
