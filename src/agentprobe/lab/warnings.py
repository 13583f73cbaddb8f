"""What people must know of a campaign's runs, kept beside its book until they were told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agentprobe.basis.files import AppendLog

_NAME = "warnings.txt"


def note(book: Path, line: str) -> None:
    """Leave a warning; workers have no terminal of their own."""
    log = AppendLog(book / _NAME)
    log.add(line.encode())
    log.close()


def taken(book: Path) -> Sequence[str]:
    """The warnings that were left, which are gone then."""
    path = book / _NAME
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    path.unlink()
    return tuple(dict.fromkeys(lines))
