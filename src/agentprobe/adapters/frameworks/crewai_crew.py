"""CrewAI: the outputs of a crew's tasks, after each task."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after


class CrewaiCrew(Framework):
    """What the tasks of a crew have given so far, which is what its next task is told."""

    title = "CrewAI task outputs"
    modules = ("crewai.crew",)
    tools = ""
    refs = False
    state = "the outputs of a crew's tasks, after each task"

    def attach(self, module: Any) -> None:
        self.replace(module.Crew, "_process_task_result", after(_outputs, source="crewai"))


def _outputs(crew: Any, task: Any, output: Any) -> Seen:
    done = [one.output.model_dump(mode="json") for one in crew.tasks if one.output is not None]
    return Seen(name=f"crew {crew.name or ''}".strip(), values={"outputs": done}, ref=str(task.id))
