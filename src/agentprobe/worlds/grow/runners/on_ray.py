"""Parts made on a Ray cluster; each comes back as the bytes of its file, so no folder needs to be shared."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.errors import MissingExtra
from agentprobe.worlds.folder import spelled
from agentprobe.worlds.grow.runners.job import Job, Order, make

_AHEAD = 2
"""Parts under way for each worker: what is made and not yet written waits in memory."""


def made(order: Order, jobs: Sequence[Job], folder: Path, workers: int) -> Iterator[int]:
    """Make all parts on the cluster that is connected, or on a local one; raises MissingExtra without Ray."""
    ray = _ray()
    if not ray.is_initialized():
        ray.init(num_cpus=workers or None, include_dashboard=False, log_to_driver=False)
    raw = ray.put(msgspec.json.encode(order))
    task = ray.remote(_bytes)
    many = max(workers or int(ray.cluster_resources().get("CPU", 1)), 1) * _AHEAD
    left = list(jobs)
    under_way: dict[Any, Job] = {}
    while left or under_way:
        while left and len(under_way) < many:
            job = left.pop(0)
            under_way[task.remote(raw, job.table, job.number, job.first, job.last)] = job
        ready, _ = ray.wait(list(under_way), num_returns=1)
        job = under_way.pop(ready[0])
        _written(folder, job, ray.get(ready[0]))
        yield job.last - job.first


def _bytes(order: bytes, table: str, number: int, first: int, last: int) -> bytes:
    """Runs on the cluster."""
    with tempfile.TemporaryDirectory() as name:
        make(order, Job(table=table, number=number, first=first, last=last), Path(name))
        return next(Path(name).rglob("*.parquet")).read_bytes()


def _written(folder: Path, job: Job, raw: bytes) -> None:
    path = folder / "tables" / spelled(job.table) / f"{job.number:04d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("growing a world on a Ray cluster", "ray") from error
    return ray
