"""A run's own calendars: copied once, handed from run to run, and mended before each from what stands.

Thousands of small files take seconds to copy, and milliseconds to look at. Links would not do: an agent may
write into a file where it is, and other runs would read it.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from agentprobe.worlds.stand.shared_file import COPIES

NAME = "calendars"
_MOST = 64
"""So many copies wait for runs to come; what further runs leave is removed."""


def give(home: Path, run: Path) -> None:
    """Give a run a copy of the calendars that stand, whole and unchanged."""
    target = run / NAME
    _remove(target)
    if not _taken(home, target):
        target.mkdir(mode=0o700)
    _mended(home, target)


def take_back(home: Path, run: Path) -> None:
    """Keep a run's copy for another run, or remove it where that cannot be."""
    target, waiting = run / NAME, home / COPIES / NAME
    try:
        if target.is_symlink() or not (home / NAME).is_dir():
            raise NotADirectoryError(target)
        number = target.stat().st_ino
        if not _stamp(home, number).is_file() or sum(1 for _ in waiting.iterdir()) >= 2 * _MOST:
            raise FileNotFoundError(target)
        target.rename(waiting / str(number))
    except OSError:  # there is none, it is no longer ours, or it lies on another file system
        _remove(target)


def _taken(home: Path, target: Path) -> bool:
    """Move a waiting copy to a run; of two that want the same, one gets it."""
    waiting = home / COPIES / NAME
    waiting.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in sorted(waiting.iterdir()):
        if one.name.isdigit():
            try:
                one.rename(target)
            except OSError:
                continue
            return True
    return False


def _mended(home: Path, target: Path) -> None:
    """Make a copy equal to what stands: only what is missing or was touched is copied."""
    target.chmod(0o700)
    stamp = _stamp(home, target.stat().st_ino)
    before = newest = _read(stamp)
    stamp.unlink(missing_ok=True)  # until it is whole again nobody may take it for whole
    there = {entry.name: entry for entry in os.scandir(target)}
    wanted = {entry.name: entry for entry in os.scandir(home / NAME)}
    for name in there.keys() - wanted.keys():
        _remove(target / name)
    for name, entry in wanted.items():
        if name not in there or not _same(there[name], entry, before):
            _remove(target / name)
            newest = max(newest, _copied(entry, target / name))
    draft = stamp.with_suffix(f".{os.getpid()}")
    draft.write_text(str(newest))
    draft.rename(stamp)


def _same(copy: os.DirEntry[str], original: os.DirEntry[str], before: int) -> bool:
    """Is a copy as it was made? Whatever is done to a file changes its `ctime`, which nobody can set."""
    seen, wanted = copy.stat(follow_symlinks=False), original.stat()
    plain = stat.S_ISREG(seen.st_mode) and seen.st_ctime_ns <= before
    return plain and (seen.st_size, seen.st_mtime_ns) == (wanted.st_size, wanted.st_mtime_ns)


def _copied(original: os.DirEntry[str], target: Path) -> int:
    """Copy a file; gives the time at which that was."""
    shutil.copyfile(original.path, target)
    seen = original.stat()
    os.utime(target, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    return target.stat().st_ctime_ns


def _stamp(home: Path, number: int) -> Path:
    """When the files of a copy were last as they should be; a folder keeps its number where it is moved."""
    return home / COPIES / NAME / f"{number}.stamp"


def _read(stamp: Path) -> int:
    try:
        return int(stamp.read_text())
    except (OSError, ValueError):
        return 0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
