"""Findings that a team knows of: a file with who took each on, why, and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec

from agentprobe.basis.files import write_whole
from agentprobe.basis.strict import Mistake, decode
from agentprobe.errors import ConfigError
from agentprobe.scan.finding import Finding

DAYS = 90
"""So long a new entry holds, unless it is written otherwise."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One finding, or several alike, that a team knows of."""

    fingerprint: str
    code: str
    path: str
    message: str
    count: int = 1
    """How many alike; one more is new."""
    owner: str = ""
    """Who has taken it on."""
    reason: str = ""
    """Why it is left as it is."""
    expires: str = ""
    """The last day on which it is not told: 2026-12-31; empty: for good."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int = 1
    findings: tuple[Entry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Findings beside a baseline."""

    new: tuple[Finding, ...]
    expired: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    known: tuple[tuple[Finding, Entry], ...] = ()
    """What is not new, with the entry that knows it."""


@dataclass(frozen=True)
class Baseline:
    """The entries of a file."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read a baseline; raises ConfigError and says what is wrong with it."""
        try:
            data = msgspec.json.decode(path.read_bytes())
        except FileNotFoundError:
            raise ConfigError(f"there is no baseline {path}; write one with --write-baseline") from None
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {error.strerror}") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ConfigError(f"{path} is no baseline: {error}") from error
        try:
            found = decode(data if isinstance(data, dict) else {}, _File)
            for at, one in enumerate(found.findings):
                _day(one, at)
        except Mistake as mistake:
            key = ".".join(map(str, mistake.path))
            raise ConfigError(f"{path}: {mistake.text} (at {key})") from mistake
        if found.format != 1:
            raise ConfigError(f"{path} has format {found.format}; this version reads 1")
        return cls(found.findings)

    def compared(self, findings: Sequence[Finding], today: str) -> Compared:
        """Which findings are new, which entries have run out, and which fit nothing any more."""
        there = Counter(one.fingerprint for one in findings)
        expired = tuple(one for one in self.entries if one.expires and one.expires < today)
        left = Counter({one.fingerprint: one.count for one in self.entries if one not in expired})
        entries = {one.fingerprint: one for one in self.entries if one not in expired}
        new: list[Finding] = []
        known: list[tuple[Finding, Entry]] = []
        for finding in findings:
            if left[finding.fingerprint] > 0:
                left[finding.fingerprint] -= 1
                known.append((finding, entries[finding.fingerprint]))
            else:
                new.append(finding)
        return Compared(
            new=tuple(new),
            expired=tuple(one for one in expired if there[one.fingerprint]),
            gone=tuple(one for one in self.entries if not there[one.fingerprint]),
            known=tuple(known),
        )

    def renewed(self, findings: Sequence[Finding], today: str) -> Baseline:
        """A baseline of these findings; what is known keeps its owner, reason and day while that lasts."""
        until = (date.fromisoformat(today) + timedelta(days=DAYS)).isoformat()
        known = {one.fingerprint: one for one in self.entries}
        counts = Counter(one.fingerprint for one in findings)
        made: list[Entry] = []
        for finding in {one.fingerprint: one for one in findings}.values():
            before = known.get(finding.fingerprint)
            lasting = before is not None and (not before.expires or before.expires >= today)
            made.append(
                Entry(
                    fingerprint=finding.fingerprint,
                    code=finding.code,
                    path=finding.place.path,
                    message=finding.message,
                    count=counts[finding.fingerprint],
                    owner=before.owner if before is not None else "",
                    reason=before.reason if before is not None else "",
                    expires=before.expires if before is not None and lasting else until,
                )
            )
        return Baseline(tuple(sorted(made, key=lambda one: (one.path, one.code, one.fingerprint))))

    def write(self, path: Path) -> None:
        """Write it, one key a line, so that changes are easy to review."""
        raw = msgspec.json.format(msgspec.json.encode(_File(findings=self.entries)), indent=2)
        write_whole(path, raw + b"\n")


def _day(one: Entry, at: int) -> None:
    try:
        if one.expires:
            date.fromisoformat(one.expires)
    except ValueError as error:
        raise Mistake(("findings", at, "expires"), f"'{one.expires}' is no day such as 2026-12-31") from error
