"""Files of somebody else's project, opened so that nothing waits, and only where they are files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from agentprobe.scan.text import LARGEST_BYTES, Unreadable


def read_bytes(path: Path, most: int = LARGEST_BYTES) -> bytes:
    """A file's bytes; raises Unreadable for pipes, devices, folders, what is too large or cannot be read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        raise Unreadable(f"it cannot be read: {getattr(error, 'strerror', error)}") from error
    try:
        told = os.fstat(handle)
        if not stat.S_ISREG(told.st_mode):
            raise Unreadable("it is no regular file")
        if told.st_size > most:
            raise Unreadable(f"it has {told.st_size:,} bytes, more than {most:,}")
        with os.fdopen(os.dup(handle), "rb") as file:
            return file.read(most + 1)[:most]
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror}") from error
    finally:
        os.close(handle)
