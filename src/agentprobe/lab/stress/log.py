"""What happens in a load, on disk as it happens: what was done is known however its process ends."""

from __future__ import annotations

from pathlib import Path

import msgspec

from agentprobe.lab.seen import Ending


class Began(msgspec.Struct, frozen=True, tag="began", kw_only=True):
    """A session has begun."""

    number: int
    stage: int
    at: float
    """In seconds since the load began, as all moments here."""


class Ended(msgspec.Struct, frozen=True, tag="ended", kw_only=True):
    """A session is over."""

    number: int
    at: float
    ending: Ending


class Sampled(msgspec.Struct, frozen=True, tag="sampled", kw_only=True):
    """What the processes use at a moment; None where that cannot be seen."""

    at: float
    stage: int
    under_way: int
    resident_bytes: int | None = None
    blocks: int | None = None
    """Blocks of memory that Python holds; None where the agent is a command."""
    threads: int | None = None
    files: int | None = None
    cpu_seconds: float = 0.0
    """Of the process that carries the load, since it began."""


class Finished(msgspec.Struct, frozen=True, tag="finished", kw_only=True):
    """The load is over."""

    at: float
    cut: str = ""
    """Why it ended before its time; empty where it did not."""


Record = Began | Ended | Sampled | Finished
_decoder = msgspec.json.Decoder(Record)


class Tail:
    """Reads such a file as it grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def read(self) -> list[Record]:
        """What has come since the last time, as far as its lines are whole."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        return [_decoder.decode(line) for line in whole.splitlines()]
