"""The traces that are meant by the paths on a command line; a folder stands for all that lie in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from agentprobe.errors import ConfigError

_HEAD = b'{"agentprobe":"trace"'


def trace_files(paths: Iterable[Path]) -> list[Path]:
    """Each trace once, in order; raises ConfigError for a folder that holds none."""
    return list({file.resolve(): file for path in paths for file in traces_at(path)}.values())


def traces_at(path: Path) -> list[Path]:
    """The trace at a place, or all that lie in a folder; raises ConfigError for a folder that holds none."""
    return _inside(path) if path.is_dir() else [path]


def _inside(folder: Path) -> list[Path]:
    found = sorted(path for path in _candidates(folder) if _is_trace(path))
    if not found:
        raise ConfigError(f"{folder} holds no trace; give what `agentprobe trace` has written")
    return found


def _candidates(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*.json*") if path.suffix in (".json", ".jsonl") and path.is_file())


def _is_trace(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False
