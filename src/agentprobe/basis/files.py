"""Files that survive a crash: whole or not at all, and logs in which every finished line is kept."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

from agentprobe.errors import AgentProbeError


def write_whole(path: Path, data: bytes | str) -> None:
    """Put `data` at `path` so that a reader sees the old file or the new one, never a part."""
    raw = data.encode() if isinstance(data, str) else data
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        raise AgentProbeError(f"cannot write {path}: {_why(error)}") from error


def _why(error: OSError) -> str:
    """The system's reason; where a file stands in the place of a folder, it says something else."""
    return "Not a directory" if isinstance(error, FileExistsError) else str(error.strerror)


class AppendLog:
    """A file of lines that several processes may add to; one write(2) a line, nothing kept back.

    What was added before a kill -9 is in the file. A disk that fills up is said once, by an
    AgentProbeError; the part of a line that fitted is taken back, so that what stands there stays readable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise AgentProbeError(f"cannot write {path}: {_why(error)}") from error

    def add(self, line: bytes) -> None:
        """Append one line, without its newline, in one write."""
        data = line + b"\n"
        try:
            written = os.write(self._handle, data)
            if written != len(data):
                self._take_back(written)
                raise OSError(28, os.strerror(28))
        except OSError as error:
            message = f"cannot write {self.path}: {error.strerror}; what it held is kept"
            raise AgentProbeError(message) from error

    def _take_back(self, written: int) -> None:
        with suppress(OSError):
            os.ftruncate(self._handle, os.fstat(self._handle).st_size - written)

    def close(self) -> None:
        """Close the file; further lines are an error."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def mend_last_line(path: Path) -> None:
    """Take back a last line that was cut off, so that the next one stands on a line of its own."""
    if not path.is_file():
        return
    with path.open("rb+") as file:
        size = whole = file.seek(0, os.SEEK_END)
        while whole and not _ends_a_line(file, whole):
            whole -= 1
        if whole != size:
            file.truncate(whole)


def _ends_a_line(file: BinaryIO, at: int) -> bool:
    file.seek(at - 1)
    return file.read(1) == b"\n"
