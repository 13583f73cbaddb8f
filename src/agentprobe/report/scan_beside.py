"""What a report says beside the findings of a scan: what was allowed, known or older, and what was proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agentprobe.lab.proving.mark import Mark, State
from agentprobe.report.scan_words import counted
from agentprobe.scan.allowing import Notice
from agentprobe.scan.baseline import Entry
from agentprobe.scan.choosing import Told
from agentprobe.scan.finding import Finding
from agentprobe.scan.looking import Broken


@dataclass(frozen=True, kw_only=True)
class Beside:
    """All of it, as every form of a report takes it."""

    allowed: Sequence[tuple[Finding, str]] = ()
    """What comments allow, with their reasons."""
    known: Sequence[tuple[Finding, Entry]] = ()
    """What the baseline knows."""
    expired: Sequence[Entry] = ()
    """Entries of the baseline that have run out."""
    gone: int = 0
    """How many entries of it fit nothing any more."""
    notices: Sequence[Notice] = ()
    broken: Sequence[Broken] = ()
    """Rules of ours that failed."""
    since: str = ""
    older: int = 0
    """Findings on what has not changed since that revision."""
    marks: Mapping[Finding, Mark] = field(default_factory=dict)
    """What runs under faults say of findings, where they were proved."""

    @classmethod
    def of(cls, told: Told, marks: Mapping[Finding, Mark] | None = None) -> Beside:
        """What there is to say beside what is told."""
        return cls(
            allowed=told.allowed,
            known=told.in_baseline,
            expired=told.expired,
            gone=len(told.gone),
            notices=told.notices,
            broken=told.scanned.broken,
            since=told.since,
            older=told.older,
            marks=marks or {},
        )

    def mark(self, finding: Finding) -> Mark | None:
        """What was found out about a finding; None where nobody asked."""
        return self.marks.get(finding)

    def sums(self) -> tuple[str, ...]:
        """The sums of it, as the last line of a report goes on with them."""
        states = Counter(mark.state for mark in self.marks.values())
        proved = tuple(f"{states[one]} {one.value}" for one in State if states[one])
        return (*proved, f"{counted(self.older, 'other')} before {self.since}") if self.since else proved


NOTHING_BESIDE = Beside()


def over(entry: Entry) -> str:
    """That an entry of the baseline has run out, in words."""
    owner = f", owner {entry.owner}" if entry.owner else ""
    return f"the baseline's {entry.code} ended on {entry.expires}{owner}: it counts again"


def failed(bug: Broken) -> str:
    """That a rule of ours has failed, in words."""
    at = f" at {bug.path}" if bug.path else ""
    return f"a bug of agentprobe: rule {bug.rule} failed{at}: {bug.what}; the other rules went on"
