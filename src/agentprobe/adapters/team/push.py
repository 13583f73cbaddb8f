"""Brings the traces of a folder into a team's store; what is there already stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from agentprobe.adapters.team.change import Parcel, put
from agentprobe.adapters.team.store import TeamStore
from agentprobe.basis.canonical import digest
from agentprobe.errors import TraceError
from agentprobe.trace.facts.models import Table, table_here
from agentprobe.trace.read import read_trace
from agentprobe.trace.store.rows import Row, row_of

TOGETHER, TOGETHER_BYTES = 100, 16 << 20
"""So many traces, or so many bytes of them, are brought in one transaction at most."""
ASKED = 500
"""So many digests are asked for at once."""
Progress = Callable[[int, int], None]


class Pushed(NamedTuple):
    """What a push came to."""

    new: int = 0
    already: int = 0
    unreadable: tuple[str, ...] = ()
    """Files that cannot be read, each with the reason; they stay here."""


def push(
    store: TeamStore,
    folder: Path,
    paths: Sequence[str],
    progress: Progress = lambda *_: None,
    *,
    together: int = TOGETHER,
) -> Pushed:
    """Bring traces below a folder, in the order given, so many in one transaction.

    Raises StoreError when the store is lost; what was brought before stays there, and the next push goes on.
    """
    new, unreadable, table = 0, list[str](), table_here()
    for start in range(0, len(paths), ASKED):
        asked = paths[start : start + ASKED]
        parcels = _parcels(_unknown(store, folder, asked), folder, table, unreadable)
        done = start
        for batch in _batches(parcels, together):
            new += put(store, batch)
            done += len(batch)
            progress(done, len(paths))
        progress(start + len(asked), len(paths))
    return Pushed(new, len(paths) - new - len(unreadable), tuple(unreadable))


def _unknown(store: TeamStore, folder: Path, paths: Sequence[str]) -> list[str]:
    """Those whose bytes are not in the store."""
    digests = {path: _digest(folder / path) for path in paths}
    rows = store.ask(
        "SELECT digest FROM agentprobe.sessions WHERE project = ? AND digest = ANY(?)",
        (store.project, list(digests.values())),
    )
    there = {str(name) for (name,) in rows}
    return [path for path, name in digests.items() if name not in there]


def _digest(path: Path) -> str:
    """The digest of a file; nothing for one that cannot be read, of which more is said later."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


def _parcels(paths: Sequence[str], folder: Path, table: Table, unreadable: list[str]) -> Iterator[Parcel]:
    for path in paths:
        try:
            data, row = _sealed(folder / path, path, table)
        except (TraceError, OSError) as error:
            unreadable.append(str(error))
            continue
        yield Parcel(digest=digest(data), data=data, row=row)


def _sealed(file: Path, path: str, table: Table) -> tuple[bytes, Row]:
    """The bytes of a trace and what they say, also of one that is still being written."""
    data = file.read_bytes()
    row = row_of(read_trace(file), path, "", table)
    if file.stat().st_size == len(data):
        return data, row
    with TemporaryDirectory(prefix="agentprobe-") as folder:
        copy = Path(folder) / file.name
        copy.write_bytes(data)
        return data, row_of(read_trace(copy), path, "", table)


def _batches(parcels: Iterator[Parcel], together: int) -> Iterator[list[Parcel]]:
    batch, size = list[Parcel](), 0
    for parcel in parcels:
        batch.append(parcel)
        size += len(parcel.data)
        if len(batch) >= together or size >= TOGETHER_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
