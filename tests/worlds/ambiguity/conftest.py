"""One town at three densities, with every ambiguity planted and every task made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.worlds.planting.town import town

from agentprobe.domain.evidence import Evidence, Regime, Run
from agentprobe.lab.failures import Case
from agentprobe.lab.judge import judge
from agentprobe.lab.seen import Ending, Seen
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.planting.plant import plant
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.tasks.making import make_tasks
from agentprobe.worlds.tasks.spec import TaskSpec

DENSITIES = (10, 100, 2_000)
RUN = Run(agent="a", task="t", regime=Regime(rows=10), repetition=0, seed=1, key="k")
Row = dict[str, Any]


@dataclass(frozen=True)
class Town:
    """A planted world, its tasks, and all its rows for whoever works out the truth anew."""

    world: WorldFolder
    planted: dict[str, Planted]
    specs: dict[str, TaskSpec]
    tables: dict[str, list[Row]]

    def rows(self, table: str, fits: Callable[[Row], bool]) -> list[Row]:
        return [row for row in self.tables[table] if fits(row)]

    def judged(self, task: str, answer: str) -> Evidence:
        spec = self.specs[task]
        return judge(Case(RUN, spec.task(), Ending(answer=answer), Seen(model_calls=1)))

    def passes(self, task: str, answer: str) -> bool:
        return self.judged(task, answer).mode is None

    def named(self, who: Any) -> list[Row]:
        """The customers of a name, in the order of their numbers, as a search lists them."""
        found = self.rows(
            "customers", lambda row: (row["given_name"], row["surname"]) == (who.given, who.surname)
        )
        return sorted(found, key=lambda row: int(row["customer_id"]))


@pytest.fixture(scope="session")
def towns(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Town]:
    home = tmp_path_factory.mktemp("towns")
    return {rows: _town(home / str(rows), rows) for rows in DENSITIES}


@pytest.fixture(params=DENSITIES)
def at(request: pytest.FixtureRequest, towns: dict[int, Town]) -> Town:
    """The town at each density in turn."""
    return towns[request.param]


def _town(folder: Path, rows: int) -> Town:
    bare = town(folder, rows)
    planted = plant(bare, seed=7, k=3)
    specs = make_tasks(WorldFolder(folder))
    world = WorldFolder(folder)
    tables = {table.name: world.table(table.name).to_pylist() for table in world.schema.tables}
    return Town(world, {one.ambiguity: one for one in planted}, {spec.id: spec for spec in specs}, tables)
