"""Fixes applied to files: none overlap, what comes out must parse, and the finding must be gone."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentprobe.basis.files import write_whole
from agentprobe.errors import AgentProbeError
from agentprobe.scan.engine import Session
from agentprobe.scan.finding import Edit, Finding
from agentprobe.scan.reading import read_bytes
from agentprobe.scan.text import Unreadable

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


def fixes(session: Session, findings: Sequence[Finding], paths: Sequence[Path], *, unsafe: bool) -> Fixed:
    """Try the fixes of some findings; nothing is written yet.

    Fixes that touch the same bytes go one after the other; each must leave a file that parses and in which
    its finding is no longer found.
    """
    wanted = Counter(one.fingerprint for one in findings if _offers(one, unsafe))
    mended: list[Finding] = []
    refused: dict[str, tuple[Finding, str]] = {}
    before: dict[str, bytes] = {}
    kept = dict(session.overlays)
    try:
        for _ in range(_ROUNDS):
            now = session.scan(paths).findings
            waiting = [
                one
                for one in now
                if wanted[one.fingerprint] and _offers(one, unsafe) and one.fingerprint not in refused
            ]
            batch = _apart(waiting)
            if not batch:
                break
            if not _tried(session, batch, now, paths, before=before):
                for one in batch:
                    why = _tried_alone(session, one, paths, before=before)
                    if why:
                        refused[one.fingerprint] = one, why
                    else:
                        mended.append(one)
            else:
                mended += batch
        after = {path: session.overlays[path] for path in before if path in session.overlays}
    finally:
        session.overlays = kept
    return Fixed(
        mended=tuple(mended),
        refused=tuple(refused.values()),
        before={path: before[path] for path in after if after[path] != before[path]},
        after={path: raw for path, raw in after.items() if raw != before[path]},
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


def _tried(
    session: Session,
    batch: Sequence[Finding],
    now: Sequence[Finding],
    paths: Sequence[Path],
    *,
    before: dict[str, bytes],
) -> bool:
    """Put fixes into the session's texts; taken back where one of them does not mend."""
    edits: dict[str, list[Edit]] = {}
    for one in batch:
        assert one.fix is not None
        for edit in one.fix.edits:
            edits.setdefault(edit.path, []).append(edit)
    texts = dict(session.overlays)
    try:
        for path, its in edits.items():
            raw = session.text(path)
            before.setdefault(path, raw)
            session.overlays[path] = edited(raw, its)
        sound = all(_parses(path, session.overlays[path]) for path in edits)
    except Unreadable:
        sound = False
    if sound:
        had = Counter(one.fingerprint for one in now)
        have = Counter(one.fingerprint for one in session.scan(paths).findings)
        gone = Counter(one.fingerprint for one in batch)
        sound = all(have[mark] <= had[mark] - gone[mark] for mark in gone)
    if not sound:
        session.overlays = texts
    return sound


def _tried_alone(session: Session, one: Finding, paths: Sequence[Path], *, before: dict[str, bytes]) -> str:
    """Try one fix on the texts as they are now; what is wrong with it, "" where it mends."""
    now = session.scan(paths).findings
    same = next((other for other in now if other.fingerprint == one.fingerprint), None)
    if same is None or same.fix is None:
        return ""
    if _tried(session, [same], now, paths, before=before):
        return ""
    return "after it the file does not parse, or the finding is still there"


def _parses(path: str, raw: bytes) -> bool:
    if not path.endswith(".py"):
        return True
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
