"""A run's own world: its writes are its own, and what it reads has not been copied for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from agentprobe.basis.canonical import digest_of
from agentprobe.errors import AgentProbeError, FixtureError
from agentprobe.worlds.stand import addresses, calendar_copies
from agentprobe.worlds.stand.form import Run
from agentprobe.worlds.stand.forms import FORMS
from agentprobe.worlds.stand.standing import Mark, Standing, read_standing, write_standing
from agentprobe.worlds.stand.variables import variables


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWorld:
    """A furnished world; use it with `with`, or call `release`."""

    folder: Path
    env: Mapping[str, str] = field(repr=False)
    """What the run's tools connect by; may hold a password."""
    notes: tuple[str, ...] = ()
    """What works otherwise than it could: a copy in place of a link."""

    def release(self) -> None:
        """Take the run's world away; raises FixtureError when the run has changed what all runs share."""
        release(self.folder)

    def __enter__(self) -> RunWorld:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def furnish(
    standing_folder: Path,
    run_folder: Path,
    *,
    seen_at: Path | None = None,
    name: str = "",
    alone: bool = True,
    address: str = "",
) -> RunWorld:
    """Give a run a world of its own.

    `seen_at` is where the agent sees the run's folder, and `name` names its database or schema on a server:
    both stay the same for all runs of one worker, since agents read their address once. `address` is that of
    the server with its password, where neither this process nor the environment knows it. With `alone=False`
    this process has many runs at once; each then works on a file that no other run of the process has.

    Raises FixtureError where a run has spoilt what stands, AgentProbeError where the disk is full.
    """
    standing = read_standing(standing_folder)
    folder, home = run_folder.absolute(), standing_folder.absolute()
    seen, called = seen_at or folder, name or f"ap_{digest_of(str(folder))[:12]}"
    _check_shared(standing, home)
    server = _server(standing, address)
    run = Run(
        standing=msgspec.structs.replace(standing, home=str(home), run=called),
        home=home,
        folder=folder,
        seen_at=seen,
        name=called,
        address=server,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_standing(folder, run.standing)  # first, so that whoever finds the run can release it
        notes = FORMS.get(standing.form)().furnish(run)
        _beside(standing, home, folder)
    except OSError as error:
        raise AgentProbeError(f"a run's world cannot be made in {folder}: {error.strerror}") from error
    told = variables(standing.form, address=server, seen_at=seen, name=called)
    return RunWorld(folder=folder, env=told, notes=tuple(notes.values()))


def release(run_folder: Path, *, address: str = "") -> None:
    """Take a run's world away, also that of a run whose process has died; nothing where there is none.

    Raises FixtureError when the run has changed what all runs share.
    """
    folder = run_folder.absolute()
    try:
        standing = read_standing(folder)
    except FixtureError:
        return
    if not standing.home:
        raise FixtureError(f"{run_folder} is no run's world but one that stands; it is not released")
    FORMS.get(standing.form)().release(standing, folder, _server(standing, address))
    shutil.rmtree(folder / "vectors", ignore_errors=True)
    calendar_copies.take_back(Path(standing.home), folder)
    (folder / "world.json").unlink(missing_ok=True)
    if Path(standing.home).is_dir():
        _check_shared(standing, Path(standing.home))


def sweep(standing_folder: Path, *, address: str = "") -> None:
    """Remove what a standing world holds on a server; its folder is not touched."""
    standing = read_standing(standing_folder)
    FORMS.get(standing.form)().discard(standing, _server(standing, address))


def _server(standing: Standing, address: str) -> str:
    if address:
        addresses.remember(address)
        return address
    return addresses.whole(standing.address)


def _check_shared(standing: Standing, home: Path) -> None:
    for mark in _vectors(standing):
        if not mark.holds(home / mark.path):
            raise FixtureError(
                f"a run changed {home / mark.path}, which runs share; stand the world again, and let agents "
                "open it for reading only"
            )


def _vectors(standing: Standing) -> Iterator[Mark]:
    return (mark for mark in standing.marks if mark.path.startswith("vectors/"))


def _beside(standing: Standing, home: Path, folder: Path) -> None:
    """Indexes are linked, since nothing writes them; calendars are a copy of the run's own."""
    for mark in _vectors(standing):
        target = folder / mark.path
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(home / mark.path, target)
        except OSError:  # another file system, or one without links
            target.symlink_to(home / mark.path)
    if standing.calendars:
        calendar_copies.give(home, folder)
