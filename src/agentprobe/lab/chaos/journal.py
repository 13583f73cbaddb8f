"""What shots have come to, on disk as soon as it is known, so that a stopped campaign can go on."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import msgspec

from agentprobe.basis.canonical import canonical
from agentprobe.basis.files import AppendLog, mend_last_line
from agentprobe.domain.reaction import Reaction
from agentprobe.errors import AgentProbeError
from agentprobe.lab.chaos.shot import Shown

VERSION = 1
_decoder = msgspec.json.Decoder(Shown)


class Journal:
    """A file of shots, each once by its key; one process writes at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = {shown.run.key: shown for shown in _read(path)}
        mend_last_line(path)
        begun = path.exists() and path.stat().st_size > 0
        self._log = AppendLog(path)
        if not begun:
            self._log.add(canonical({"agentprobe": "shots", "version": VERSION}))

    def find(self, key: str) -> Shown | None:
        """What is known of a run; one that could not be judged counts as unknown."""
        known = self._known.get(key)
        return None if known is None or known.reaction is Reaction.UNJUDGED else known

    def add(self, shown: Shown) -> None:
        """Write down what a run came to."""
        self._known[shown.run.key] = shown
        self._log.add(msgspec.json.encode(shown))

    def close(self) -> None:
        """Let go of the file."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(path: Path) -> list[Shown]:
    if not path.exists():
        return []
    head, *lines = path.read_bytes().split(b"\n")
    _check_head(head, path)
    shown = []
    for number, line in enumerate(lines, 2):
        try:
            if line:
                shown.append(_decoder.decode(line))
        except msgspec.MsgspecError as error:
            if number > len(lines):  # cut off by a kill
                break
            raise AgentProbeError(f"{path}, line {number}: {error}; --fresh begins a new one") from error
    return shown


def _check_head(line: bytes, path: Path) -> None:
    try:
        head = msgspec.json.decode(line)
        if head["agentprobe"] == "shots" and head["version"] <= VERSION:
            return
    except (msgspec.DecodeError, KeyError, TypeError):
        pass
    raise AgentProbeError(f"{path}, line 1: this is no journal of this version; --fresh begins a new one")
