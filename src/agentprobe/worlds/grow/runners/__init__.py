"""Who makes the parts of a world: one file a kind; the bytes are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.worlds.grow.runners import local, on_ray
from agentprobe.worlds.grow.runners.job import Job, Order

Runner = Callable[[Order, Sequence[Job], Path, int], Iterator[int]]
"""Given what to grow, its parts, the folder and the number of workers: makes all, yielding rows as they
come."""

_RUNNERS: dict[str, Runner] = {"local": local.made, "ray": on_ray.made}


def runner_named(name: str) -> Runner:
    """Find a runner; raises ConfigError for an unknown one."""
    if name not in _RUNNERS:
        raise ConfigError(f"unknown runner '{name}'{did_you_mean(name, list(_RUNNERS))}")
    return _RUNNERS[name]
