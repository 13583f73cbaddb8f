"""The settings file as values: one table of agentprobe.toml a field."""

from __future__ import annotations

from pathlib import Path

import msgspec

from agentprobe.analyst.settings import AnalystSettings
from agentprobe.gate.policy import Policy
from agentprobe.lab.chaos.settings import ChaosSettings
from agentprobe.lab.part import Part
from agentprobe.lab.settings import (
    AgentSettings,
    Experiment,
    FaultSettings,
    ModelChoice,
    RunSettings,
    TaskSettings,
    TaskSource,
    TraceSettings,
    WorldSettings,
)
from agentprobe.scan.settings import ScanSettings

OWN_TASKS = "agentprobe.worlds.tasks:make"
"""Makes the tasks of a world that was made of a shape: what is planted there, asked."""


class Project(Part, frozen=True, kw_only=True):
    """What is tested."""

    name: str = ""
    """Its name in reports; the folder's name when left out."""


class Settings(Part, frozen=True, kw_only=True):
    """All of agentprobe.toml."""

    project: Project = Project()
    """What is tested."""
    model: ModelChoice = ModelChoice()
    """Where the model's answers come from."""
    agents: dict[str, AgentSettings] = msgspec.field(default_factory=dict)
    """The agents under test, by name."""
    world: WorldSettings | None = None
    """The state that tools act on; left out, tasks are run without one."""
    tasks: TaskSource | None = None
    """Where tasks come from."""
    task: tuple[TaskSettings, ...] = ()
    """Tasks written out, beside those that are made."""
    faults: FaultSettings = FaultSettings()
    """How the world misbehaves."""
    chaos: ChaosSettings = ChaosSettings()
    """What `agentprobe chaos` tries, and what an agent may make of it."""
    run: RunSettings = RunSettings()
    """How runs are carried out."""
    trace: TraceSettings = TraceSettings()
    """What of the runs may be kept."""
    gate: Policy = Policy()
    """What must be proven before an agent may go out."""
    scan: ScanSettings = ScanSettings()
    """What `agentprobe scan` looks at and tells."""
    analyst: AnalystSettings = AnalystSettings()
    """Which model adds to what `agentprobe analyze` says."""

    def experiment(self, folder: Path) -> Experiment:
        """The campaign that these settings describe, for a settings file in `folder`."""
        return Experiment(
            project=self.project.name or folder.resolve().name,
            folder=folder.resolve(),
            agents=self.agents,
            model=self.model,
            world=self.world,
            source=self.tasks or _own_tasks(self.world),
            tasks=self.task,
            faults=self.faults,
            chaos=self.chaos,
            run=self.run,
            trace=self.trace,
        )


def _own_tasks(world: WorldSettings | None) -> TaskSource | None:
    """The tasks that a world made of a shape brings with it."""
    return TaskSource(make=OWN_TASKS) if world is not None and world.of else None
