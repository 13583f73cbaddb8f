"""Tasks made from a world: what an agent is asked there, and what is right at its density."""

from __future__ import annotations

from pathlib import Path

from agentprobe.domain.task import Task
from agentprobe.worlds.tasks.spec import read_tasks

__all__ = ["make"]


def make(folder: Path, rows: int) -> list[Task]:
    """The tasks of a world that stands in a folder, for `[tasks] make = "agentprobe.worlds.tasks:make"`.

    They were worked out when the world was made, against all of its rows; what is right at `rows` is in them.
    """
    return [spec.task() for spec in read_tasks(folder)]
