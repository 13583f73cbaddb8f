"""What there is to say of findings in any form: sums, excerpts, and the fault that proves one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.project import Skipped
from agentprobe.scan.severity import Severity

AROUND = 2
"""So many lines are shown before and after the one that a finding is at."""
WIDEST = 110


@dataclass(frozen=True)
class Excerpt:
    """Lines of a file around a place, and which columns of the first of them are meant."""

    first: int
    lines: tuple[str, ...]
    at: int
    """The line that is meant, from 1."""
    start: int
    end: int
    """Columns of that line from 0, the end exclusive."""


def excerpt(root: Path, place: Place) -> Excerpt | None:
    """The lines around a place; None where the file cannot be read, or is a notebook."""
    if place.cell or place.path.startswith("mcp:"):
        return None
    try:
        lines = (root / place.path).read_text(encoding="utf-8", errors="replace").split("\n")
    except (OSError, ValueError):
        return None
    if not 0 < place.line <= len(lines):
        return None
    first = max(place.line - AROUND, 1)
    shown = tuple(_cut(line) for line in lines[first - 1 : place.line + AROUND])
    line = shown[place.line - first]
    start = min(place.column - 1, len(line))
    whole = place.end_line not in (0, place.line) or not place.end_column
    end = len(line.rstrip()) if whole else min(place.end_column - 1, len(line))
    return Excerpt(first, shown, place.line, start, max(end, start + 1))


def _cut(line: str) -> str:
    line = line.rstrip().expandtabs(4)
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"


def summary(
    findings: Sequence[Finding], skipped: Sequence[Skipped], files: int, more: Sequence[str] = ()
) -> str:
    """The sums of a scan in one line; what was not scanned is said, never called clean."""
    told = [_findings(findings, files)]
    safe = sum(1 for one in findings if one.fix is not None and one.fix.safe)
    unsafe = sum(1 for one in findings if one.fix is not None and not one.fix.safe)
    if safe:
        told.append(f"{safe} mended by --fix")
    if unsafe:
        told.append(f"{unsafe} by --unsafe-fixes")
    if skipped:
        told.append(f"{counted(len(skipped), 'file')} not scanned")
    return " · ".join([*told, *more])


def _findings(findings: Sequence[Finding], files: int) -> str:
    if not findings:
        return f"nothing found in {counted(files, 'file')}"
    by = Counter(one.severity for one in findings)
    kinds = ", ".join(f"{by[one]} {one.value}" for one in reversed(Severity) if by[one])
    places = len({one.place.path for one in findings})
    return f"{counted(len(findings), 'finding')} ({kinds}) in {places} of {counted(files, 'file')}"


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def origins_of(finding: Finding) -> Iterable[str]:
    """Where the values that a finding rests on come from, one line each."""
    for one in finding.origins:
        place = f" ({one.place})" if one.place is not None else ""
        yield f"{one.name} {one.value}: {one.source}{place}"


def probe_of(finding: Finding) -> str:
    """The command that shows whether a finding bites; "" where nobody knows one."""
    probe = finding.probe
    if probe is None or not probe.faults:
        return ""
    return "agentprobe chaos " + " ".join(f"--only {fault}" for fault in probe.faults)
