"""How right the scan is on real code: precision on sampled findings, recall on places labelled by reading.

Usage: python benchmarks/scan_precision.py FOLDER [OWNER/NAME …]

FOLDER holds checkouts named OWNER+NAME or NAME; with names after it, only these are scanned.

Three groups of labels are told apart. `reading`: places that a reader chose before any finding was seen;
the scan was mended on what it missed there, so its score today flatters it. `third`: the same in
repositories that were fetched after the mending; the score of that day is in RESULTS.md. `sample`:
findings that were drawn by lot and then judged. What the scan found when it first ran on a label
(before the mending for `reading`, after it for `third`) stands there as `first`: it cannot be measured again.
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
    """`reading` and `third`: before any finding was seen; `sample`: a finding, drawn and read."""
    why: str
    first: bool | None = None
    """Did the scan find something here when it first ran on this label? None where nobody noted it."""

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
        if label.first is not None:
            tally[
                f"{label.by} {'real' if label.real else 'not'} {'found' if label.first else 'silent'} first"
            ] += 1
        if hit != label.real:
            lines.append(f"{'false alarm' if hit else 'miss'}: {label.place} ({label.why})")
    return tallies, lines


TABLES = (
    ("precision on sampled findings", "sample real found", "sample not found"),
    ("recall on labels by reading", "reading real found", "reading real silent"),
    ("silence on tempting places by reading", "reading not silent", "reading not found"),
    ("recall in repositories fetched after the mending", "third real found", "third real silent"),
    ("silence on tempting places there", "third not silent", "third not found"),
)


def table(title: str, tallies: dict[str, Counter[str]], good: str, bad: str) -> list[str]:
    """A measure in all and for each rule, and before it in all as it was before the mending."""
    every = Counter[str]()
    for tally in tallies.values():
        every.update(tally)
    lines = ["", title, row("all", every, good, bad)]
    if not good.startswith("sample") and every[f"{good} first"] + every[f"{bad} first"]:
        lines.insert(2, row("all, at first", every, f"{good} first", f"{bad} first"))
    return lines + [
        row(code, tally, good, bad) for code, tally in sorted(tallies.items()) if tally[good] + tally[bad]
    ]


def main() -> int:
    """Print the tables and what went wrong."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        print(__doc__)
        return 2
    labels = [msgspec.json.decode(line, type=Label) for line in LABELS.read_bytes().splitlines()]
    only = set(sys.argv[2:])
    chosen = [label for label in labels if not only or label.repository in only]
    tallies, lines = judged(chosen, Path(sys.argv[1]))
    for title, good, bad in TABLES:
        print(*table(title, tallies, good, bad), sep="\n")
    print("", *lines, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
