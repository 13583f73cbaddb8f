"""The tasks of an experiment: written out in the settings, or made from the world."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from agentprobe.basis.canonical import digest
from agentprobe.domain.task import Task
from agentprobe.errors import FixtureError
from agentprobe.lab.settings import Experiment
from agentprobe.lab.sources import Sources
from agentprobe.lab.worlds import described
from agentprobe.sim.load import load_object


def tasks_in(experiment: Experiment, world: Path | None, rows: int | None) -> tuple[Task, ...]:
    """All tasks at one density.

    Raises FixtureError when they cannot be made, or when two have one name.
    """
    written = [
        settings.task(load_object(settings.check, experiment.folder) if settings.check else None)
        for settings in experiment.tasks
    ]
    tasks = (*written, *_made(experiment, world, rows))
    twice = [name for name, times in Counter(task.id for task in tasks).items() if times > 1]
    if twice:
        raise FixtureError(f"two tasks are called '{twice[0]}'; each needs a name of its own")
    if not tasks:
        raise FixtureError("there is no task to run; tasks.make returned none")
    return tasks


def _made(experiment: Experiment, world: Path | None, rows: int | None) -> tuple[Task, ...]:
    if experiment.source is None:
        return ()
    name = experiment.source.make
    make = load_object(name, experiment.folder)
    try:
        tasks = tuple(make(world or experiment.folder, rows or 0))
    except Exception as error:
        raise FixtureError(f"{name} failed: {described(error)}") from error
    for task in tasks:
        if not isinstance(task, Task):
            raise FixtureError(f"{name} returned a {type(task).__name__} among its tasks, not a Task")
    return tasks


def digest_of_task(task: Task, sources: Sources) -> str:
    """What decides how a task is asked and judged."""
    check = sources.of_reference(task.check.__module__) if task.check else ""
    effects = [(effect.tool, dict(effect.arguments), effect.times) for effect in task.effects]
    words = (task.contains, task.contains_any, task.lacks, task.matches, task.asks_back)
    return digest(repr((task.id, task.prompt, *words, effects, check)))
