"""What a world says of itself: where it comes from, how old it is, what was measured, what belongs to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.canonical import digest
from agentprobe.basis.files import write_whole
from agentprobe.errors import FixtureError
from agentprobe.worlds.schema import Schema

NAME = "manifest.json"
FORMAT = 1
MAPPED, REGENERATED, GROWN = "mapped", "regenerated", "grown"
"""Pseudonymised rows of production, still personal data; rows from its shape; any number of rows."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a world."""

    path: str
    """From the world's folder, with `/`."""
    digest: str
    bytes: int
    rows: int | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The first file to read of a world's folder."""

    format: int = FORMAT
    """The number of the file's format."""
    kind: str
    """`mapped`, `regenerated` or `grown`."""
    name: str
    """The world's name."""
    as_of: str
    """The state of production that it shows, as an ISO date and time; of a grown world, that of its shape."""
    made: str
    """When it was made."""
    expires: str = ""
    """When it is stale; evidence observed on it later no longer counts. Empty for never."""
    retired: str = ""
    """When and why it was taken out of use; empty while it is in use."""
    source: str = ""
    """Where it comes from, without secrets."""
    derived: dict[str, Any] = msgspec.field(default_factory=dict)
    """How to make it again: the command's options, without secrets."""
    schema: Schema
    """Its tables, columns with their roles, keys and references."""
    rows: dict[str, int] = msgspec.field(default_factory=dict)
    """How many rows each table has."""
    seed: int | None = None
    """What decided all chance, of rows that were grown."""
    key_id: str = ""
    """Names the key of its pseudonyms; the key itself stands elsewhere."""
    dial: dict[str, str] = msgspec.field(default_factory=dict)
    """How much of their form the values of each domain kept: `M1` to `M5`."""
    measured: dict[str, Any] = msgspec.field(default_factory=dict)
    """Results of the fidelity report (`fidelity`) and of the leak report (`leaks`)."""
    accepted: tuple[str, ...] = ()
    """What a person has signed although a report refused it, in their words."""
    agentprobe: str = ""
    """The version that made it."""
    parts: tuple[Part, ...] = ()
    """Every file with its digest."""

    @property
    def personal(self) -> bool:
        """Is it still personal data? Pseudonymised rows are (GDPR, recital 26)."""
        return self.kind == MAPPED

    @property
    def digest(self) -> str:
        """The digest of all that the world consists of."""
        return digest(repr(sorted((part.path, part.digest) for part in self.parts)))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a world's folder; raises FixtureError where there is none that can be read."""
    path = folder / NAME
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FixtureError(f"{folder} is no world: it holds no {NAME}") from error
    try:
        found = msgspec.json.decode(raw, type=Manifest)
    except msgspec.DecodeError as error:
        raise FixtureError(f"{path} cannot be read: {error}") from error
    if found.format > FORMAT:
        raise FixtureError(f"{path} has format {found.format}; this version reads up to {FORMAT}: upgrade")
    return found


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put a manifest into a world's folder."""
    write_whole(folder / NAME, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
