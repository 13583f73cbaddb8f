"""The tasks of an experiment: written out in the settings, or made from the world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agentprobe.basis.canonical import digest
from agentprobe.domain.task import ExpectedEffect, ExpectedState, Task
from agentprobe.errors import FixtureError, described
from agentprobe.lab.fitting import check_fit, wrong_name, wrong_pattern
from agentprobe.lab.settings import Experiment
from agentprobe.lab.sources import Sources
from agentprobe.sim.load import load_object

_LISTS: dict[str, type] = {
    "contains": str,
    "contains_any": str,
    "lacks": str,
    "effects": ExpectedEffect,
    "state": ExpectedState,
}
_KINDS: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "prompt": (str,),
    "matches": (str, type(None)),
    "unknowable": (bool,),
    "check": (Callable, type(None)),  # type: ignore[dict-item]  # an abstract class does for isinstance
    **dict.fromkeys(_LISTS, (tuple, list)),
}


def tasks_in(experiment: Experiment, world: Path | None, rows: int | None) -> tuple[Task, ...]:
    """All tasks at one density.

    Raises FixtureError when they cannot be made, or when two have one name.
    """
    written = [settings.task(_check(settings.check, experiment.folder)) for settings in experiment.tasks]
    tasks = (*written, *_made(experiment, world, rows))
    twice = [name for name, times in Counter(task.id for task in tasks).items() if times > 1]
    if twice:
        raise FixtureError(f"two tasks are called '{twice[0]}'; each needs a name of its own")
    if not tasks:
        raise FixtureError("there is no task to run; tasks.make returned none")
    return tasks


def _check(text: str | None, folder: Path) -> Any:
    if text is None:
        return None
    found = load_object(text, folder)
    check_fit(found, text, "observation")
    return found


def _made(experiment: Experiment, world: Path | None, rows: int | None) -> tuple[Task, ...]:
    if experiment.source is None:
        return ()
    name = experiment.source.make
    make = load_object(name, experiment.folder)
    check_fit(make, name, "folder", "rows")
    try:
        tasks = tuple(make(world or experiment.folder, rows or 0))
    except (Exception, SystemExit) as error:
        raise FixtureError(f"{name} failed: {described(error)}") from error
    for task in tasks:
        if not isinstance(task, Task):
            raise FixtureError(f"{name} returned a {type(task).__name__} among its tasks, not a Task")
        if wrong := next(_wrong_fields(task), ""):
            raise FixtureError(f"{name} returned a task {task.id!r} whose {wrong}")
    return tasks


def _wrong_fields(task: Task) -> Iterator[str]:
    """What Python has not looked at when the task was made."""
    for name, kinds in _KINDS.items():
        value: Any = getattr(task, name)
        if not isinstance(value, kinds):
            yield f"`{name}` is of type {type(value).__name__}: {value!r}"
    for name, kind in _LISTS.items():
        for value in getattr(task, name):
            if not isinstance(value, kind):
                yield f"`{name}` holds {value!r}, of type {type(value).__name__}"
    if wrong := wrong_name(task.id):
        yield f"`id` {wrong}"
    if wrong := wrong_pattern(task.matches):
        yield f"`matches` cannot be read: {wrong}"


def digest_of_task(task: Task, sources: Sources) -> str:
    """What decides how a task is asked and judged."""
    check = sources.of_reference(task.check.__module__) if task.check else ""
    effects = [(effect.tool, dict(effect.arguments), effect.times) for effect in task.effects]
    words = (task.contains, task.contains_any, task.lacks, task.matches, task.asks_back)
    named = [repr(task.unknowable)] if task.unknowable else []
    named += [repr(asdict(state)) for state in task.state]
    return digest(repr((task.id, task.prompt, *words, effects, check, *named)))
