"""How right the scan is on real code: precision on sampled findings, recall on places labelled by reading.

Usage: python benchmarks/scan_precision.py FOLDER, a folder of checkouts named OWNER+NAME or NAME.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from agentprobe.lab.statistics import wilson
from agentprobe.scan.engine import scan
from agentprobe.scan.severity import Persona

LABELS = Path(__file__).parent / "scan_corpus" / "labels.jsonl"


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reader says about one rule at one place."""

    repository: str
    commit: str
    path: str
    line: int
    end_line: int
    code: str
    real: bool
    by: str
    """`reading`: before any finding was seen; `sample`: a finding, drawn and read."""
    why: str

    @property
    def place(self) -> str:
        return f"{self.repository} {self.path}:{self.line} {self.code}"


def checkout(folder: Path, repository: str) -> Path | None:
    """Where a repository lies, if it does."""
    names = repository.replace("/", "+"), repository.rpartition("/")[2]
    return next((folder / name for name in names if (folder / name).is_dir()), None)


def commit_of(root: Path) -> str | None:
    """The commit that is checked out, where git can tell."""
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return told.stdout.strip() or None


def found_in(root: Path) -> dict[tuple[str, str], set[int]]:
    """Lines of the findings that everybody sees, by path and code."""
    found: dict[tuple[str, str], set[int]] = {}
    for finding in scan(root.resolve()).findings:
        if finding.persona is Persona.REGULAR:
            found.setdefault((finding.place.path, finding.code), set()).add(finding.place.line)
    return found


def row(name: str, tally: Counter[str], good: str, bad: str) -> str:
    """How many of how many, with the interval in which the rate lies at 95 %."""
    n = tally[good] + tally[bad]
    if not n:
        return f"{name:<22}       -"
    between = wilson(tally[good], n)
    return f"{name:<22} {tally[good]:>3}/{n:<3} {tally[good] / n:.2f} [{between.low:.2f}, {between.high:.2f}]"


def judged(labels: Iterable[Label], folder: Path) -> tuple[dict[str, Counter[str]], list[str]]:
    """The tallies of each code, and a line for each miss, false alarm and missing checkout."""
    tallies: dict[str, Counter[str]] = {}
    lines: list[str] = []
    looked: dict[str, dict[tuple[str, str], set[int]] | None] = {}
    for label in labels:
        if label.repository not in looked:
            root = checkout(folder, label.repository)
            looked[label.repository] = None if root is None else found_in(root)
            at = None if root is None else commit_of(root)
            if root is None:
                lines.append(f"missing: {label.repository}")
            elif at is not None and at != label.commit:
                lines.append(f"at another commit: {label.repository} ({at}, labels are for {label.commit})")
        found = looked[label.repository]
        if found is None:
            continue
        said = found.get((label.path, label.code), set())
        hit = any(label.line <= line <= label.end_line for line in said)
        tally = tallies.setdefault(label.code, Counter())
        outcome = f"{label.by} {'real' if label.real else 'not'} {'found' if hit else 'silent'}"
        tally[outcome] += 1
        if hit != label.real:
            lines.append(f"{'false alarm' if hit else 'miss'}: {label.place} ({label.why})")
    return tallies, lines


def main() -> int:
    """Print the table and what went wrong."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print(__doc__)
        return 2
    labels = [msgspec.json.decode(line, type=Label) for line in LABELS.read_bytes().splitlines()]
    tallies, lines = judged(labels, Path(sys.argv[1]))
    every = Counter[str]()
    for tally in tallies.values():
        every.update(tally)
    for title, good, bad in (
        ("precision on sampled findings", "sample real found", "sample not found"),
        ("recall on labels by reading", "reading real found", "reading real silent"),
        ("silence on tempting places by reading", "reading not silent", "reading not found"),
    ):
        print(f"\n{title}\n{row('all', every, good, bad)}")
        for code in sorted(tallies):
            if tallies[code][good] + tallies[code][bad]:
                print(row(code, tallies[code], good, bad))
    print("", *lines, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
