"""What a rule has found: where, how bad, on what it stands, what comes of it, and what mends it."""

from __future__ import annotations

from typing import Literal

import msgspec

from agentprobe.basis.canonical import digest_of
from agentprobe.domain.sign import Sign
from agentprobe.scan.severity import Item, Persona, Severity, Tier


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of a file. Lines and columns count from 1, columns in characters; the end is exclusive."""

    path: str
    """As people name it from the root of the scan, with slashes."""
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    cell: int = 0
    """In a notebook: the cell, from 1; its lines count from the beginning of the cell."""

    def __str__(self) -> str:
        cell = f":cell {self.cell}" if self.cell else ""
        return f"{self.path}{cell}:{self.line}:{self.column}"


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of a file from `start` to before `end`, and what stands there afterwards."""

    path: str
    start: int
    end: int
    text: str


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """What mends a finding; safe where the program does the same as before in every sound case."""

    what: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an effective value comes from: 'timeout', '600 s', 'default of openai 3.57.0'."""

    name: str
    value: str
    source: str
    place: Place | None = None


class Probe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The run under faults that would show whether a finding bites."""

    faults: tuple[str, ...]
    """Names of faults, as `agentprobe chaos --only` takes them."""
    expects: str = ""
    """What an agent that has the flaw does under them, in words."""
    shows: tuple[Sign, ...] = ()
    """What a run under them shows of the flaw, any of these; none: no single run can tell."""
    at: Literal["", "model", "tool"] = ""
    """Which calls they must strike, where they can strike both kinds and only one tells."""
    load: str = ""
    """For findings that need many sessions at once: a shape of load."""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong at one place."""

    rule: str
    """The rule's name, as it stands after `allow`."""
    code: str
    message: str
    """What is wrong, in one line, with the names from the code."""
    place: Place
    severity: Severity
    tier: Tier
    persona: Persona = Persona.REGULAR
    consequence: str = ""
    """What comes of it in production, in one line, in seconds, requests or money where they are known."""
    advice: str = ""
    """What to do about it, for this very place."""
    origins: tuple[Origin, ...] = ()
    related: tuple[Place, ...] = ()
    fix: Fix | None = None
    probe: Probe | None = None
    subject: str = ""
    """What it is about, without lines: a function, a tool, a key; it stays the same when lines move."""

    @property
    def fingerprint(self) -> str:
        """The same for the same finding after other lines of the file have moved."""
        return digest_of([self.code, self.place.path, self.subject, self.message])[:16]


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the checklist that the project meets, and the place that meets it."""

    item: Item
    place: Place
    what: str
