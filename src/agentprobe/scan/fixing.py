"""Fixes applied to files: none overlap, what comes out parses, the finding is gone and none is new."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agentprobe.basis.files import write_whole
from agentprobe.errors import AgentProbeError
from agentprobe.scan.engine import Scanned, Session
from agentprobe.scan.finding import Edit, Finding
from agentprobe.scan.reading import read_bytes
from agentprobe.scan.text import Unreadable, read_python

_ROUNDS = 8


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """What was mended, and what could not be."""

    mended: tuple[Finding, ...]
    refused: tuple[tuple[Finding, str], ...]
    """Each with what was wrong with its fix."""
    before: dict[str, bytes]
    after: dict[str, bytes]
    """The files that change, by path."""

    def difference(self) -> str:
        """The change as a unified diff."""
        return "".join(_difference(path, self.before[path], self.after[path]) for path in sorted(self.after))


def fixes(
    session: Session,
    findings: Sequence[Finding],
    paths: Sequence[Path],
    *,
    unsafe: bool,
    telling: Callable[[Scanned], Sequence[Finding]] | None = None,
) -> Fixed:
    """Try the fixes of some findings; nothing is written yet.

    Fixes that touch the same bytes go one after the other; each must leave a file that parses, in which its
    finding is no longer found, and nothing as bad is that was not before. `telling` says what of a later scan
    is mended too: findings that read differently, or show, only after others are gone.
    """
    work = _Work(session, paths)
    given = {one.fingerprint for one in findings}
    kept = dict(session.overlays)
    try:
        for _ in range(_ROUNDS):
            now = work.scanned()
            wanted = (
                [one for one in now.findings if one.fingerprint in given] if telling is None else telling(now)
            )
            batch = _apart(
                [one for one in wanted if _offers(one, unsafe) and one.fingerprint not in work.refused]
            )
            if not batch:
                break
            work.put(batch)
        after = {path: session.overlays[path] for path in work.before if path in session.overlays}
    finally:
        session.overlays = kept
    return Fixed(
        mended=tuple(work.mended),
        refused=tuple(work.refused.values()),
        before={path: work.before[path] for path in after if after[path] != work.before[path]},
        after={path: raw for path, raw in after.items() if raw != work.before[path]},
    )


def write(root: Path, fixed: Fixed) -> None:
    """Write what was mended; raises AgentProbeError for a file that has changed since it was read."""
    for path, raw in fixed.after.items():
        target = (root / path).resolve()
        try:
            if read_bytes(target) != fixed.before[path]:
                raise AgentProbeError(f"{path} has changed while it was mended; scan again")
            mode = target.stat().st_mode & 0o7777
        except (Unreadable, OSError) as error:
            raise AgentProbeError(f"cannot mend {path}: {error}") from error
        write_whole(target, raw)
        target.chmod(mode)


def edited(raw: bytes, edits: Sequence[Edit]) -> bytes:
    """Bytes after edits that do not overlap; new lines end as those of the file do."""
    ending = "\r\n" if b"\r\n" in raw else "\n"
    for edit in sorted(edits, key=lambda one: (one.start, one.end), reverse=True):
        text = edit.text.replace("\r\n", "\n").replace("\n", ending)
        raw = raw[: edit.start] + text.encode() + raw[edit.end :]
    return raw


def _offers(finding: Finding, unsafe: bool) -> bool:
    return finding.fix is not None and bool(finding.fix.edits) and (finding.fix.safe or unsafe)


def _apart(findings: Sequence[Finding]) -> list[Finding]:
    """As many of them as touch no byte of one another; the others' turn comes later."""
    taken: list[Edit] = []
    found: list[Finding] = []
    for one in findings:
        assert one.fix is not None
        if not any(_touch(edit, other) for edit in one.fix.edits for other in taken):
            taken += one.fix.edits
            found.append(one)
    return found


def _touch(one: Edit, other: Edit) -> bool:
    return one.path == other.path and one.start <= other.end and other.start <= one.end


class _Work:
    """Texts with what has been mended so far, and what they give when they are scanned."""

    def __init__(self, session: Session, paths: Sequence[Path]) -> None:
        self.session = session
        self.paths = paths
        self.mended: list[Finding] = []
        self.refused: dict[str, tuple[Finding, str]] = {}
        self.before: dict[str, bytes] = {}
        self._now: Scanned | None = None

    def scanned(self) -> Scanned:
        """What is found in the texts as they are now."""
        if self._now is None:
            self._now = self.session.scan(self.paths)
        return self._now

    def put(self, batch: Sequence[Finding]) -> None:
        """Mend a batch; where it does not go together its halves are tried, down to the one that is wrong."""
        why = self._try(batch)
        if not why:
            self.mended += batch
        elif len(batch) == 1:
            self.refused[batch[0].fingerprint] = batch[0], why
        else:
            half = len(batch) // 2
            for part in (batch[:half], batch[half:]):
                again = self._again(part)
                if again:
                    self.put(again)

    def _again(self, part: Sequence[Finding]) -> list[Finding]:
        """Findings as they are now, at other bytes perhaps; of equal ones no more than there were."""
        left = Counter(one.fingerprint for one in part if one.fingerprint not in self.refused)
        found: list[Finding] = []
        for one in self.scanned().findings:
            if left[one.fingerprint] > 0 and one.fix is not None:
                left[one.fingerprint] -= 1
                found.append(one)
        return _apart(found)

    def _try(self, batch: Sequence[Finding]) -> str:
        """Put fixes into the texts; taken back where they do not mend, and what is wrong with them."""
        had, texts = self.scanned(), dict(self.session.overlays)
        try:
            paths = self._write(batch)
        except Unreadable as error:
            return str(error)
        why = next((why for path in paths if (why := _wrong(path, self.session.overlays[path]))), "")
        if not why:
            self._now = self.session.scan(self.paths)
            why = _worse(batch, had, self._now)
        if why:
            self.session.overlays, self._now = texts, had
        return why

    def _write(self, batch: Sequence[Finding]) -> list[str]:
        edits: dict[str, list[Edit]] = {}
        for one in batch:
            for edit in one.fix.edits if one.fix is not None else ():
                edits.setdefault(edit.path, []).append(edit)
        raws = {path: self.session.text(path) for path in edits}
        for path, raw in raws.items():
            self.before.setdefault(path, raw)
            self.session.overlays[path] = edited(raw, edits[path])
        return list(edits)


def _worse(batch: Sequence[Finding], had: Scanned, have: Scanned) -> str:
    """What is wrong after some findings were mended: one is still there, or one as bad is new."""
    before, after = (Counter(one.fingerprint for one in some.findings) for some in (had, have))
    gone = Counter(one.fingerprint for one in batch)
    if any(after[mark] > before[mark] - count for mark, count in gone.items()):
        return "after it the finding is still there"
    kinds = Counter((one.code, one.place.path) for one in had.findings)
    more = Counter((one.code, one.place.path) for one in have.findings) - kinds
    unread = {one.path for one in have.skipped} - {one.path for one in had.skipped}
    if unread:
        return f"after it {min(unread)} cannot be read"
    least = min(one.severity.rank for one in batch)
    bad = {(one.code, one.place.path) for one in have.findings if one.severity.rank >= least}
    new = next((f"{code} in {path}" for code, path in sorted(more) if (code, path) in bad), "")
    return f"after it there is a new finding: {new}" if new else ""


def _wrong(path: str, raw: bytes) -> str:
    """What is wrong with a file that has been changed, before it is scanned."""
    if not path.endswith(".py"):
        return ""
    try:
        if not read_python(path, raw).encoding.startswith("utf-8"):
            return "only files in UTF-8 are changed"
    except Unreadable as error:
        return str(error)
    return "" if _parses(raw) else "after it the file does not parse"


def _parses(raw: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(raw)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _difference(path: str, before: bytes, after: bytes) -> str:
    lines = difflib.unified_diff(
        before.decode("utf-8", "replace").splitlines(keepends=True),
        after.decode("utf-8", "replace").splitlines(keepends=True),
        f"a/{path}",
        f"b/{path}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
