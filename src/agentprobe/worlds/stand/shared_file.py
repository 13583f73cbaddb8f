"""A file that many runs share without copying it, and copies of it where it cannot be shared."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentprobe.errors import AgentProbeError, FixtureError
from agentprobe.worlds.stand import guard
from agentprobe.worlds.stand.guard import GUARDS
from agentprobe.worlds.stand.standing import Mark

COPIES = ".copies"
_FICLONE = 0x40049409
LINKED, CLONED, COPIED = "linked", "cloned", "copied"


def share(home: Path, mark: Mark, target: Path) -> str:
    """Give a run a shared SQLite file; says how: a guarded link, a clone of its blocks, or a copy."""
    if not guard.able:
        return own(home / mark.path, target)
    for source in _copies(home, mark):
        inode = _inode(source)
        if not GUARDS.take(inode):
            continue
        try:
            how = _linked(source, target)
        except BaseException:
            GUARDS.give_back(inode)
            raise
        if how != LINKED:
            GUARDS.give_back(inode)
        return how
    raise AssertionError("there is always one more copy")


def own(source: Path, target: Path) -> str:
    """A file of the run's own: a clone of the blocks where the file system can, else a copy."""
    try:
        return CLONED if _clone(source, target) else _copy(source, target)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise AgentProbeError(f"cannot copy {source} for a run: {error.strerror}") from error


def unshare(target: Path) -> None:
    """Take a run's file away again; a guard stays while somebody has it open."""
    if guard.able and target.exists() and not GUARDS.holds(target):
        GUARDS.hold(target, reserved=False)  # who furnished it has died; its agent may live on
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{target}{ending}").unlink(missing_ok=True)
    GUARDS.let_go(target)


def check(home: Path, mark: Mark) -> None:
    """See that a shared file and its copies are as they were made; raises FixtureError when not."""
    for copy in sorted((home / COPIES).glob(f"*/{mark.path}")):
        if not mark.holds(copy):
            copy.unlink(missing_ok=True)
            raise FixtureError(_changed(copy, "its next run gets a new copy"))
    if not mark.holds(home / mark.path):
        raise FixtureError(_changed(home / mark.path, "stand the world again"))


def _changed(path: Path, what: str) -> str:
    return (
        f"a run changed {path}, which runs share, by writing into the file past the database; {what}, "
        "and count none of the runs since the last check"
    )


def _copies(home: Path, mark: Mark) -> Iterator[Path]:
    yield home / mark.path
    number = 1
    while True:
        yield _made(home, mark, home / COPIES / str(number) / mark.path)
        number += 1


def _made(home: Path, mark: Mark, path: Path) -> Path:
    """A whole copy that is not the same file; it is made once and used again by later runs."""
    if path.exists():
        return path
    with _one_at_a_time(path.parent.parent):
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            draft = path.with_name(".making")
            own(home / mark.path, draft)
            os.utime(draft, ns=(mark.changed, mark.changed))
            draft.rename(path)
    return path


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    folder.mkdir(exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _linked(source: Path, target: Path) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        return own(source, target)
    GUARDS.hold(target, reserved=True)
    return LINKED


def _inode(path: Path) -> tuple[int, int]:
    seen = path.stat()
    return seen.st_dev, seen.st_ino


def _clone(source: Path, target: Path) -> bool:
    with source.open("rb") as old, target.open("wb") as new:
        try:
            fcntl.ioctl(new, _FICLONE, old.fileno())
        except OSError:  # the file system cannot share blocks
            return False
    target.chmod(0o600)
    return True


def _copy(source: Path, target: Path) -> str:
    shutil.copyfile(source, target)
    target.chmod(0o600)
    return COPIED
