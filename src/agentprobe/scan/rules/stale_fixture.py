"""Test data that was taken long ago."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.fixtures import code_tables, is_fixture, newest, tables
from agentprobe.scan.project import Project
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier

_OLD_DAYS = 180


class StaleFixture(Rule):
    """The newest day in a fixture is more than half a year ago, or it bears no date at all.

    Finds: fixtures, seeds and mocks in files with rows whose newest date is older than 180 days; those in
    which no date stands are told to readers who want hints. Also rows in code that a tool answers from.

    Breaks: production moves on: other products, other statuses, more of everything. A suite that stays green
    on the data of last year says how the agent does on last year's problem.

    Example:

        from langchain_core.tools import tool

        ORDERS = [{"name": "Lamp", "ordered": "2019-03-02"}, {"name": "Desk", "ordered": "2019-04-11"}]

        @tool
        def find_orders(name: str) -> list:
            \"\"\"Find orders by name.\"\"\"
            return [one for one in ORDERS if name in one["name"]]

    Instead:

        from langchain_core.tools import tool

        @tool
        def find_orders(name: str) -> list:
            \"\"\"Find orders by name.\"\"\"
            return STORE.orders(name)

    False alarms: dates that are part of a case (a birthday, an old contract) make a set look older only where
    nothing newer stands beside them.
    """

    code = "FIX002"
    severity = Severity.LOW
    mode = Mode.FIXTURES

    def in_project(self, project: Project) -> Iterable[Finding]:
        if not project.is_agent:
            return
        for facts in project.facts.values():
            if facts.tools or is_fixture(facts.path):
                for table in code_tables(facts):
                    if table.is_of_things:
                        yield from self._look(
                            project, table.place, table.name, newest(table.rows), dated=True
                        )
        for document in project.documents:
            if is_fixture(document.path) and any(table.is_of_things for table in tables(document)):
                name = document.path.rpartition("/")[2]
                yield from self._look(project, document.place(), name, newest(document.raw or document.data))

    def _look(
        self, project: Project, place: Place, name: str, day: date | None, *, dated: bool = False
    ) -> Iterable[Finding]:
        days = (project.clock.date().date() - day).days if day is not None else 0
        if (day is None and not dated) or days > _OLD_DAYS:
            yield self.found(
                place,
                f"the newest day in {name} is {day}, {days} days ago" if day else f"{name} bears no date",
                tier=Tier.PROVED if day else Tier.HINT,
                subject=name,
                consequence="tests on it say how the agent does on the data of that time",
                advice="take it anew from production (`agentprobe worlds` makes it safe to keep), and "
                "date it",
            )
