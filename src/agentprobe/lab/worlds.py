"""Worlds: built once for each density and kept; every run gets its own furnished folder."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.canonical import canonical, digest_of
from agentprobe.basis.files import write_whole
from agentprobe.errors import AgentProbeError, FixtureError, described
from agentprobe.lab.fitting import check_fit
from agentprobe.lab.settings import WorldSettings
from agentprobe.lab.staleness import stale_from
from agentprobe.sim.load import load_object

Builder = Callable[[Path, int, int], Any]
"""Writes the world of so many rows, by a seed, into a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A world at one density: which it is, and where it is kept."""

    rows: int
    digest: str
    folder: Path
    until: str = ""
    """When it is stale, as an ISO date and time; empty for never, or where nobody has said."""

    @property
    def built(self) -> bool:
        """Is it there, whole and unspoilt?"""
        return self._label.exists()

    @property
    def _label(self) -> Path:
        """Written when the world is whole: the size and date of each file that runs share."""
        return self.folder.with_suffix(".json")


def world_at(rows: int, settings: WorldSettings, *, source: str, seed: int, home: Path) -> World:
    """The world that a builder with this source makes; it need not be built yet."""
    parts = [source, rows, seed, settings.build, settings.shared]
    if settings.of:
        parts += [
            settings.of,
            settings.form,
            settings.address,
            settings.ambiguity,
            settings.candidates,
            settings.families,
        ]
    name = digest_of(parts)
    until = stale_from(settings, home.parent)
    return World(rows=rows, digest=name, folder=home / "worlds" / f"{name[:16]}-{rows}", until=until)


def build(
    world: World, settings: WorldSettings, *, seed: int, project: Path, builder: Builder | None = None
) -> None:
    """Build a world unless it is there; it appears whole or not at all.

    `builder` builds it in place of the function that the settings name. Waits while another process builds
    the same one. Raises FixtureError when the builder fails.
    """
    if world.built:
        return
    called = settings.build or f"[world] of = {settings.of!r}"
    if builder is None:
        assert settings.build is not None, "a world is built by a function or made of a shape"
        builder = load_object(settings.build, project)
        check_fit(builder, settings.build, "folder", "rows", "seed")
    try:
        with _drafting(world) as draft:
            if not world.built:
                _call(builder, called, draft, world.rows, seed)
                _keep(draft, world, settings.common)
    except OSError as error:
        raise AgentProbeError(f"cannot keep the world in {world.folder}: {error.strerror}") from error


@contextmanager
def _drafting(world: World) -> Iterator[Path]:
    """An empty folder for one process at a time to build a world in; it is gone afterwards."""
    draft = world.folder.with_name(f".building-{world.folder.name}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    with world.folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(draft, ignore_errors=True)  # left by a builder that was killed
        draft.mkdir()
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _keep(draft: Path, world: World, patterns: Sequence[str]) -> None:
    shared = {name: _look(draft / name) for name in _shared(draft, patterns)}
    shutil.rmtree(world.folder, ignore_errors=True)
    draft.rename(world.folder)
    write_whole(world._label, canonical(shared))


def _call(builder: Any, name: str, folder: Path, rows: int, seed: int) -> None:
    try:
        builder(folder, rows, seed)
    except (Exception, SystemExit) as error:
        raise FixtureError(f"{name} failed at {rows:,} rows: {described(error)}") from error
    if not any(folder.iterdir()):
        raise FixtureError(
            f"{name} built nothing at {rows:,} rows; it must write into the folder it is given"
        )


def furnish(world: World, folder: Path, shared: Sequence[str]) -> None:
    """Give a run its own world: shared files linked, all others copied."""
    names = set(_shared(world.folder, shared))
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(world.folder.rglob("*")):
        name = source.relative_to(world.folder)
        if source.is_dir():
            (folder / name).mkdir(parents=True, exist_ok=True)
        elif str(name) in names:
            _link(source, folder / name)
        else:
            shutil.copyfile(source, folder / name)


def check_unspoilt(world: World, run: str) -> None:
    """See that a run left the shared files as they were.

    Raises FixtureError, and forgets the world so that it is built anew, when it did not.
    """
    label: dict[str, list[int]] = msgspec.json.decode(world._label.read_bytes())
    for name, looks in label.items():
        if _look(world.folder / name) != looks:
            with suppress(OSError):
                world._label.unlink()
            raise FixtureError(
                f"{run} changed {name}, which all runs share; take it out of [world] shared, or open it "
                "for reading only"
            )


def _shared(folder: Path, patterns: Sequence[str]) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and any(fnmatch(name, p) or fnmatch(path.name, p) for p in patterns):
            yield name


def _look(path: Path) -> list[int]:
    """Size and date of a file; zeros where it is gone."""
    with suppress(FileNotFoundError):
        seen = path.stat()
        return [seen.st_size, seen.st_mtime_ns]
    return [0, 0]


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        target.symlink_to(source.resolve())
