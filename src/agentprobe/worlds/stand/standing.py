"""What stands: the description of a world in a database, kept beside it as `world.json`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from agentprobe.basis.files import write_whole
from agentprobe.errors import FixtureError
from agentprobe.worlds.schema import Schema

NAME = "world.json"
FORMAT = 1


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What a file looks like that all runs share, so that a change of it is found."""

    path: str
    bytes: int
    changed: int
    """The time of its last change, in nanoseconds."""

    @classmethod
    def of(cls, folder: Path, path: str) -> Mark:
        """How the file looks now; all zeros where it is gone."""
        try:
            seen = (folder / path).stat()
        except FileNotFoundError:
            return cls(path=path, bytes=0, changed=0)
        return cls(path=path, bytes=seen.st_size, changed=seen.st_mtime_ns)

    def holds(self, file: Path) -> bool:
        """Does a file, here or a copy of it, still look so?"""
        seen = Mark.of(file.parent, file.name)
        return (seen.bytes, seen.changed) == (self.bytes, self.changed)


class VectorIndex(msgspec.Struct, frozen=True, kw_only=True):
    """A search by meaning that stands beside the database, in `vectors/`."""

    table: str
    column: str
    file: str
    """The index: of faiss, or the vectors themselves as float32 in NumPy's format."""
    ids: str
    """The key of each vector, in the index's order."""
    rows: int
    dimensions: int
    kind: str
    """`flat` or `ivf` (faiss, inner product of vectors of length 1), or `numpy`."""
    made_by: str
    """Where the vectors come from: the table itself, or the function that embeds texts."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A world in a database, or one run's view of it."""

    format: int = FORMAT
    form: str
    name: str
    world: str
    """The digest of the world that stands here."""
    as_of: str
    expires: str = ""
    schema: Schema
    rows: dict[str, int] = msgspec.field(default_factory=dict)
    address: str = ""
    """Of the server and database, without password."""
    base: str = ""
    """The database or schema on a server that holds the world; runs never write there."""
    marks: tuple[Mark, ...] = ()
    vectors: tuple[VectorIndex, ...] = ()
    calendars: int = 0
    """How many .ics files stand beside."""
    notes: tuple[str, ...] = ()
    """What could not be kept as it is, or works otherwise than in production."""
    views: tuple[str, ...] = ()
    """Tables that can only be read."""
    home: str = ""
    """Of a run: the folder of the world that it was furnished from."""
    run: str = ""
    """Of a run: its own database or schema on a server."""

    def mark(self, path: str) -> Mark:
        """The mark of a file that runs share."""
        return next(mark for mark in self.marks if mark.path == path)


def read_standing(folder: Path) -> Standing:
    """What stands in a folder; raises FixtureError where nothing does."""
    path = folder / NAME
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Standing)
    except OSError as error:
        raise FixtureError(f"no world stands in {folder}: there is no {NAME}") from error
    except msgspec.DecodeError as error:
        raise FixtureError(f"{path} cannot be read: {error}; stand the world again") from error
    if found.format > FORMAT:
        raise FixtureError(f"{path} has format {found.format}; this version reads up to {FORMAT}: upgrade")
    return found


def write_standing(folder: Path, standing: Standing) -> None:
    """Put the description into a folder."""
    write_whole(folder / NAME, msgspec.json.format(msgspec.json.encode(standing), indent=1) + b"\n")
