"""Traces in one file, to be kept or handed on, and taken in again with care."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from agentprobe.basis.files import write_whole
from agentprobe.errors import AgentProbeError, TraceError
from agentprobe.trace.read import read_trace
from agentprobe.trace.records import decode_header

LARGEST = 4 << 30
"""Bytes of one trace that an archive may bring."""
_GZIP = b"\x1f\x8b"


class Taken(NamedTuple):
    """What was taken in."""

    path: Path
    already: bool = False
    """Was the same trace there before?"""


def pack(files: Iterable[tuple[str, AbstractContextManager[Path]]], archive: Path) -> int:
    """Write traces, each under its name, into a .tar.gz; gives their number.

    Raises AgentProbeError when it cannot be written.
    """
    number = 0
    part = archive.with_name(f".{archive.name}.part")
    try:
        part.touch(0o600)
        with tarfile.open(part, "w:gz", compresslevel=6) as pack:
            for number, (name, here) in enumerate(files, start=1):  # noqa: B007 - the number is given back
                with here as file:
                    pack.add(file, arcname=inside(name, "the store"), recursive=False, filter=_plain)
        part.replace(archive)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise AgentProbeError(f"cannot write {archive}: {error.strerror or error}") from error
    return number


def take_in(source: Path, folder: Path) -> Iterator[Taken]:
    """Copy a trace, or all traces of an archive, into the folder; never over another one.

    Raises TraceError for what is no trace, and for an archive that reaches outside of the folder.
    """
    try:
        with source.open("rb") as file:
            is_archive = file.read(2) == _GZIP
    except OSError as error:
        raise TraceError(f"cannot read {source}: {error.strerror}") from error
    if not is_archive:
        read_trace(source)
        yield placed(source.name, source.read_bytes(), folder)
        return
    try:
        with tarfile.open(source, "r:gz") as pack:
            for member in pack:
                if member.isdir():
                    continue
                yield placed(_safe(member, source), _checked(pack, member, source), folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise TraceError(f"{source} is damaged: {error}; what came before it was taken in") from error


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """No names of people and machines."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _safe(member: tarfile.TarInfo, source: Path) -> str:
    """The member's name, if it is a file's and stays within a folder."""
    if not member.isfile():
        raise TraceError(f"{source} holds {member.name!r}, which is no trace; it is not taken in")
    return inside(member.name, str(source))


def inside(name: str, source: str) -> str:
    """The name of a trace from elsewhere, if it stays within a folder; raises TraceError otherwise."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or path.suffix not in (".jsonl", ".json"):
        raise TraceError(f"{source} holds {name!r}, which is no trace; it is not taken in")
    return name


def _checked(pack: tarfile.TarFile, member: tarfile.TarInfo, source: Path) -> bytes:
    if member.size > LARGEST:
        raise TraceError(f"{source} holds {member.name!r} of {member.size} bytes; the most is {LARGEST}")
    file = pack.extractfile(member)
    data = file.read() if file is not None else b""
    decode_header(io.BytesIO(data).readline(), source / member.name)
    return data


def placed(name: str, data: bytes, folder: Path) -> Taken:
    """Write the trace under its name, or under one with a number where another trace has that."""
    place = folder / name
    for number in range(2, 10_000):
        if not place.exists():
            write_whole(place, data)
            return Taken(place)
        if place.read_bytes() == data:
            return Taken(place, already=True)
        place = (folder / name).with_stem(f"{Path(name).stem}-{number}")
    raise TraceError(f"{folder} holds too many traces of the name {name}")
