"""What has changed since a git revision, so that a pull request hears of its own findings only."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.scan.files import Kind, kind_of
from agentprobe.scan.finding import Finding, Place

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(?P<first>\d+)(?:,(?P<count>\d+))? @@")
_DIFF = (
    *("diff", "--relative", "--unified=0", "--find-renames", "--no-color", "--no-ext-diff", "--no-textconv"),
    *("--ignore-submodules", "--src-prefix=a/", "--dst-prefix=b/"),
)
_BY_LINES = (Kind.PYTHON, Kind.SCRIPT)
_SECONDS = 60
Lines = tuple[int, int]
"""The first and the last."""


@dataclass(frozen=True, kw_only=True)
class Since:
    """The files and lines that are other than at the revision that a branch began at."""

    revision: str
    """As it was named."""
    lines: Mapping[str, tuple[Lines, ...]]
    """By path from the root of the scan. Where lines were only taken out, those around the gap."""
    new: frozenset[str]
    """Files that were not there, as a whole."""

    def concerns(self, finding: Finding) -> bool:
        """Does a finding stand on something changed, or rest on it by its related places and origins?"""
        origins = (one.place for one in finding.origins if one.place is not None)
        return any(self._touches(place) for place in (finding.place, *finding.related, *origins))

    def _touches(self, place: Place) -> bool:
        if place.path in self.new:
            return True
        changed = self.lines.get(place.path, ())
        if kind_of(place.path) not in _BY_LINES:  # settings, prompts and notebooks are read as a whole
            return bool(changed)
        last = max(place.line, place.end_line)
        return any(first <= last and place.line <= end for first, end in changed)


def changed_since(root: Path, revision: str) -> Since:
    """What is other in a folder than where its branch left a revision, with what is not committed yet.

    Raises ConfigError where the folder is in no git repository or the revision is none.
    """
    if _git(root, "rev-parse", "--git-dir") is None:
        raise ConfigError(f"--since {revision}: {root} is in no git repository; leave --since out")
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    commit = (_git(root, *asked) or "").strip()
    if not commit:
        near = did_you_mean(revision, _names(root))
        raise ConfigError(
            f"--since: git knows no revision '{revision}'{near}; in a shallow clone fetch it first"
        )
    base = (_git(root, "merge-base", commit, "HEAD") or commit).split("\n", 1)[0].strip() or commit
    told = _git(root, *_DIFF, base, "--")
    others = _git(root, "ls-files", "-z", "--others", "--exclude-standard")
    if told is None or others is None:
        raise ConfigError(f"--since {revision}: git could not say what has changed since")
    lines, new = _read(told.split("\n"))
    return Since(revision=revision, lines=lines, new=new | frozenset(filter(None, others.split("\0"))))


def _git(root: Path, *words: str) -> str | None:
    """What git says; None where it fails."""
    settings = ("-c", "core.quotePath=false", "-c", "core.fsmonitor=false")
    command = ("git", "-C", str(root), *settings, *words)
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        told = subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS, env=environment)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return told.stdout.decode("utf-8", "surrogateescape")


def _names(root: Path) -> list[str]:
    return (_git(root, "for-each-ref", "--format=%(refname:short)") or "").split()


def _read(told: Iterable[str]) -> tuple[dict[str, tuple[Lines, ...]], frozenset[str]]:
    """The changed lines of each file, and the files that are new, from a diff without context."""
    lines: dict[str, tuple[Lines, ...]] = {}
    new: set[str] = set()
    path = before = ""
    body = 0
    for line in told:
        if body and line[:1] in ("+", "-", "\\"):
            continue
        if line.startswith("--- "):
            before = line[4:]
        elif line.startswith("+++ "):
            path = _named(line[4:])
            if path and before == "/dev/null":
                new.add(path)
        elif (hunk := _HUNK.match(line)) is not None:
            body = 1
            lines[path] = (*lines.get(path, ()), _lines(int(hunk["first"]), int(hunk["count"] or 1)))
        elif line.startswith("diff --git "):
            body, path, before = 0, "", ""
    lines.pop("", None)
    return lines, frozenset(new)


def _lines(first: int, count: int) -> Lines:
    """Of a hunk; one that only takes out is felt by the lines before and after it."""
    return (first, first + count - 1) if count else (max(first, 1), first + 1)


def _named(text: str) -> str:
    """The path behind `b/`, out of git's quotes; "" for none."""
    text = text.removesuffix("\t")
    if text.startswith('"') and text.endswith('"'):
        raw = text[1:-1].encode("utf-8", "surrogateescape")
        text = raw.decode("unicode_escape").encode("latin-1", "replace").decode("utf-8", "surrogateescape")
    return text[2:] if text.startswith("b/") else ""
