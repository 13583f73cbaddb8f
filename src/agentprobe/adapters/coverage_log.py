"""What a hooked process says of its own coverage: notes to the trace, light enough for every start."""

from __future__ import annotations

import itertools
import json
import os
import sys
from zlib import crc32

from agentprobe.basis.moment import seconds_since

TYPE_CHECKING = False  # every import here is paid for at the start of every process
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from agentprobe.adapters.coverage_words import CoverageWords


class CoverageLog:
    """Adds `coverage` records to a trace with the standard library alone, each whole in one write.

    Most processes of an agent make no model call; for them the trace's own writer, with all it imports,
    would be the dearest part of their start. What is written here are names of hosts, libraries and
    programs, never anything that was sent; `words` takes out what of them must not be kept.
    """

    def __init__(self, path: str, words: CoverageWords) -> None:
        self._path = path
        self._words = words
        self._started = _started(path)
        self._orders = itertools.count(1)

    def add(
        self, ways: Iterable[Mapping[str, Any]] = (), connections: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        """Append one record; a trace that cannot be written is passed over in silence, the agent goes on."""
        record: dict[str, Any] = {"record": "coverage", "order": next(self._orders)}
        record |= {"by": f"watch:{os.getpid()}", "at": round(seconds_since(self._started), 6)}
        record["process"] = program(getattr(sys, "orig_argv", [sys.executable]))
        record |= {"ways": list(ways), "connections": list(connections)}
        line = self._words.clean(record, lambda cleaned: json.dumps(cleaned).encode())
        _append(self._path, b'%b,"sum":"%08x"}\n' % (line[:-1], crc32(line)))  # as `trace.soundness` has it

    def forked(self) -> None:
        """A child of this process begins its own count."""
        self._orders = itertools.count(1)


def program(words: Sequence[str]) -> str:
    """What a command line runs: its program and its script or module, but none of the arguments."""
    name = os.path.basename(words[0]) if words else ""  # noqa: PTH119 - pathlib costs milliseconds
    for at, word in enumerate(words[1:], start=1):
        if word in ("-c", "-e", "-m"):
            module = words[at + 1] if word == "-m" and len(words) > at + 1 else ""
            return f"{name} {word} {module}".strip()
        if not word.startswith("-"):
            script = os.path.basename(word)  # noqa: PTH119 - the same
            return f"{name} {script}" if script.rpartition(".")[2] in _SCRIPTS else name
    return name


_SCRIPTS = ("py", "pyz", "js", "mjs", "cjs", "ts", "mts", "sh", "rb", "pl", "php", "jar")
"""What a script's name ends with; any other word of a command line may be a secret."""


def _started(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs milliseconds at every start
            return str(json.loads(file.readline())["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _append(path: str, data: bytes) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND)
    except OSError:
        return
    try:
        os.write(file, data)
    except OSError:
        return
    finally:
        os.close(file)
