"""Calendars as a source: an .ics file, a folder of them, or an unpacked export of a CalDAV server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar
from urllib.parse import unquote

from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError
from agentprobe.worlds.calendars.ics import read_ics
from agentprobe.worlds.calendars.tables import SCHEMA
from agentprobe.worlds.sources.form.batches import Kept
from agentprobe.worlds.sources.form.files import Unchanged, files_under, need_readable

_ENDING = ".ics"
_UID = re.compile(rb"^UID:([^\r\n]*)", re.MULTILINE)


@dataclass(frozen=True)
class Calendar:
    """Calendars. A file in .ics, or a folder of them such as the export of a CalDAV server."""

    path: Path
    name: ClassVar[str] = "calendar"
    asked: ClassVar[int] = 2

    @classmethod
    def fits(cls, where: str) -> bool:
        path = Path(where)
        if path.is_dir():
            return any(True for _ in files_under(path, (_ENDING,)))
        return path.is_file() and path.suffix.lower() == _ENDING

    @classmethod
    def at(cls, where: str) -> Calendar:
        return cls(Path(where))

    @property
    def shown(self) -> str:
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[CalendarReading]:
        """The calendars as they are now; raises ConfigError at the end when a file has changed meanwhile."""
        need_readable(self.path)
        paths = tuple(files_under(self.path, (_ENDING,))) if self.path.is_dir() else (self.path,)
        if not paths:
            raise ConfigError(f"{self.path} holds no calendars: no file ends in {_ENDING}")
        unchanged = Unchanged(paths)
        yield CalendarReading(paths)
        unchanged.check()


class CalendarReading(Kept):
    """The tables that `worlds.calendars` describes; broken files are left out and told."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        with TemporaryDirectory(prefix="agentprobe-") as name:
            whole, folders = _gathered(paths, Path(name))
            found = read_ics(whole)
        tables = {
            "calendars": found.tables.calendars,
            "events": found.tables.events,
            "attendances": found.tables.attendances,
        }
        super().__init__(SCHEMA, tables, RealClock().date().isoformat())
        self.remarks = tuple(
            f"{folders.get(one.path, f'{one.path}, line {one.line}')}: {one.why}" for one in found.problems
        )
        """What could not be read."""


def _gathered(paths: Sequence[Path], into: Path) -> tuple[list[Path], dict[Path, Path]]:
    """One file a calendar, and for those that were put together the folders that they stand for.

    A CalDAV server keeps each event in a file that is called after its UID, and a calendar is their folder.
    """
    by_folder: dict[Path, list[Path]] = {}
    for path in paths:
        by_folder.setdefault(path.parent, []).append(path)
    whole: list[Path] = []
    folders: dict[Path, Path] = {}
    for place, (folder, files) in enumerate(by_folder.items()):
        if sum(map(_is_one_event, files)) * 2 < len(files):
            whole += files
            continue
        joined = into / str(place) / f"{folder.name}.ics"
        joined.parent.mkdir()
        with joined.open("wb") as file:
            for path in files:
                file.write(path.read_bytes().rstrip() + b"\r\n")
        whole.append(joined)
        folders[joined] = folder
    return whole, folders


def _is_one_event(path: Path) -> bool:
    found = {uid.strip().decode("utf-8", "replace") for uid in _UID.findall(path.read_bytes())}
    return found == {unquote(path.stem)}
