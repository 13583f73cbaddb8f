"""Files that must stay as they are while they are read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from agentprobe.errors import ConfigError


class Unchanged:
    """Knows how files were at the beginning, and finds out when one of them has changed since."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._seen = {path: _stamp(path) for path in paths}

    def check(self) -> None:
        """Raises ConfigError for the first file that is no longer as it was."""
        for path, seen in self._seen.items():
            if _stamp(path) != seen:
                raise ConfigError(
                    f"{path} was changed while it was read, so its beginning and its end are of two states; "
                    "copy it and read the copy"
                )


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def files_under(folder: Path, endings: Iterable[str]) -> Iterator[Path]:
    """The files with such endings in a folder and its folders, in the order of their names.

    Hidden ones are left out, and links that lead out of the folder.
    """
    wanted = tuple(endings)
    real = folder.resolve()
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(here, name)
            if name.startswith(".") or not name.lower().endswith(wanted):
                continue
            if path.is_file() and path.resolve().is_relative_to(real):
                yield path


def need_readable(path: Path) -> None:
    """Raises ConfigError for a file or folder that is not there, or not to be read."""
    if not path.exists():
        raise ConfigError(f"there is no file or folder {path}")
    if not os.access(path, os.R_OK):
        raise ConfigError(f"{path} may not be read by this user")
