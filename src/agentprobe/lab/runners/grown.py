"""Worlds made of a shape: grown to a density, planted with ambiguity, and stood in a database."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentprobe.basis.canonical import digest_of
from agentprobe.lab.runners.surroundings import database_address, worker_name
from agentprobe.lab.settings import Experiment, WorldSettings
from agentprobe.lab.worlds import Builder
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.manifest import NAME
from agentprobe.worlds.planting.plant import ALL_THAT_FIT, plant
from agentprobe.worlds.shape import Shape
from agentprobe.worlds.shapes import found
from agentprobe.worlds.stand import furnish, release, stand
from agentprobe.worlds.tasks.making import make_tasks

TASKS = "tasks.json"


def builder(experiment: Experiment) -> Builder:
    """What builds a world of these settings: grown or taken as it is, planted, and stood.

    Raises ConfigError for a shape that is not there.
    """
    settings = experiment.world
    assert settings is not None, "only worlds are built"
    assert settings.of, "only worlds made of a shape are grown"

    shape = found(settings.of, experiment.folder)

    def build(folder: Path, rows: int, seed: int) -> None:
        kept = _planted(experiment, settings, shape, rows, seed)
        stand(WorldFolder(kept), settings.form, folder, address=database_address(settings))
        if (kept / TASKS).is_file():
            shutil.copyfile(kept / TASKS, folder / TASKS)

    return build


def furnished(settings: WorldSettings, world: Path, run: Path, *, seen_at: Path, alone: bool = True) -> None:
    """Give a run a world of its own that costs next to nothing; `alone` where a process has one at a time."""
    address = database_address(settings)
    furnish(world, run, seen_at=seen_at, name=worker_name(seen_at), alone=alone, address=address)


def released(settings: WorldSettings, run: Path) -> None:
    """Take a run's world away again, also that of a run whose process has died."""
    if run.exists():
        release(run, address=database_address(settings))


def _planted(experiment: Experiment, settings: WorldSettings, shape: Shape, rows: int, seed: int) -> Path:
    """The folder of the grown and planted world, made unless it is there."""
    place = experiment.folder / settings.of
    told = [
        settings.of,
        rows,
        seed,
        settings.ambiguity,
        settings.candidates,
        settings.families,
        _stamp(place),
    ]
    kept = experiment.home / "worlds" / f"grown-{digest_of(told)[:16]}-{rows}"
    with _alone(kept.with_suffix(".lock")):
        if not (kept / NAME).is_file():
            draft = kept.with_name(f".making-{kept.name}")
            shutil.rmtree(draft, ignore_errors=True)
            _made(place, shape, settings, rows, seed, draft)
            draft.rename(kept)
    return kept


def _made(place: Path, shape: Shape, settings: WorldSettings, rows: int, seed: int, draft: Path) -> None:
    """A snapshot is taken as it is where its own size is asked for; all else is grown."""
    if (place / NAME).is_file() and WorldFolder(place).manifest.rows.get(shape.root) == rows:
        shutil.copytree(place, draft, copy_function=_linked)
    else:
        grow(shape, rows, seed, draft)
    if settings.ambiguity != ():
        plant(WorldFolder(draft), settings.ambiguity or ALL_THAT_FIT, seed=seed, k=settings.candidates)
    make_tasks(WorldFolder(draft), settings.families, seed=seed)


def _linked(source: str, target: str) -> None:
    """Parquet parts are never changed, so they are shared; the manifest is rewritten and is copied."""
    if source.endswith(".parquet"):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)


def _stamp(place: Path) -> str:
    file = place / NAME if place.is_dir() else place
    return digest_of(file.read_bytes().hex()) if file.is_file() else ""


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
