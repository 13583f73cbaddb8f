"""The table [scan] of a settings file: which findings a project wants to hear."""

from __future__ import annotations

import msgspec

from agentprobe.scan.severity import Persona, Severity


class ScanSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `agentprobe scan` looks at and tells; the command line goes before it."""

    select: tuple[str, ...] = ()
    """Rules to tell of, by name, code or the beginning of a code (`ERR`); none: all."""
    ignore: tuple[str, ...] = ()
    """Rules not to tell of, named in the same ways."""
    severity: Severity = Severity.LOW
    """The mildest finding that is told."""
    persona: Persona = Persona.REGULAR
    """Who reads: a team that acts on findings, somebody pedantic, or an auditor who wants all."""
    exclude: tuple[str, ...] = ()
    """Files not to scan: globs, `**` through folders."""
    baseline: str = ""
    """A file of findings that are known and not told; see `--write-baseline`."""
