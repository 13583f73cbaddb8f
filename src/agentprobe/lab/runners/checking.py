"""Which tasks test nothing in which world: worked out in a worker, where tasks and worlds are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from agentprobe.errors import TraceError
from agentprobe.lab.runners import worker
from agentprobe.lab.worlds import World
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace
from agentprobe.worlds.check import TaskCheck, check

MOST_TRACES = 3
"""So many runs of a task are looked at."""


def checked(
    rows: int | None, world: World | None, traces: Mapping[str, Sequence[Path]]
) -> tuple[TaskCheck, ...]:
    """In a worker: hold the tasks of a density against its world, and against what runs found there."""
    shop = worker.shop()
    place = world.folder if world is not None else shop.experiment.folder
    tasks = shop.tasks_at(rows, world)
    seen = {task: tuple(_read(paths)) for task, paths in traces.items() if task in tasks}
    return check(tasks.values(), place, traces=seen)


def _read(paths: Sequence[Path]) -> Sequence[Trace]:
    found = []
    for path in paths[:MOST_TRACES]:
        try:
            found.append(read_trace(path))
        except (TraceError, OSError):  # it says less, not something else
            continue
    return found
