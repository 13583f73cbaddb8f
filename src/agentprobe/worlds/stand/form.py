"""A kind of database that a world can stand in: what every kind can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.look import Look
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.schema import Table
from agentprobe.worlds.stand.indexes import Indexes
from agentprobe.worlds.stand.standing import Standing

TAKEN_WITH = ("vectors", "calendars")
"""Folders that may stand beside a database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A world that is to stand, and where."""

    world: WorldFolder
    folder: Path
    """A draft beside the target."""
    target: Path
    address: str = field(default="", repr=False)
    """With its password; shown and kept only without."""
    indexes: Indexes = Indexes.AUTO
    writes: tuple[str, ...] = ()
    """Large tables that runs must be able to write, where that costs something."""
    progress: Progress = field(default_factory=Quiet)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The world's tables, those referred to first."""
        return self.world.schema.parents_first()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came of loading."""

    shared: tuple[str, ...] = ()
    """Files in the folder that runs share."""
    address: str = ""
    base: str = ""
    notes: tuple[str, ...] = ()
    views: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run's place."""

    standing: Standing
    home: Path
    folder: Path
    seen_at: Path
    """The folder as the agent sees it."""
    name: str
    address: str = field(default="", repr=False)


class Form:
    """A kind of database; the file in `forms/` is named after it."""

    name: ClassVar[str]
    needs_address: ClassVar[bool] = False

    def load(self, work: Work) -> Loaded:
        """Put all rows into a new database."""
        raise NotImplementedError

    def furnish(self, run: Run) -> Mapping[str, str]:
        """Give a run its own view; returns notes by what they are about."""
        raise NotImplementedError

    def release(self, standing: Standing, folder: Path, address: str) -> None:
        """Take a run's view away; raises FixtureError when the run has changed what all share."""
        raise NotImplementedError

    def look(self, standing: Standing, folder: Path, address: str) -> Look:
        """A read-only view of what a run left, or of the world itself."""
        raise NotImplementedError

    def discard(self, standing: Standing, address: str) -> None:
        """Remove what of the standing world lies outside its folder; nothing for files."""
