"""Keeps shapes as files: JSON that a person can read, compressed where it is large."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from agentprobe.basis.files import write_whole
from agentprobe.errors import FixtureError
from agentprobe.worlds.shape.model import FORMAT, Shape

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NAME = "shape.json"
LARGE_BYTES = 200_000
MOST_BYTES = 1 << 30
_ZSTD = b"\x28\xb5\x2f\xfd"


def write_shape(path: Path, shape: Shape) -> Path:
    """Keep a shape in a file, or as `shape.json` in a folder; gives the file.

    Large ones are compressed (zstd) under the same name; `read_shape` sees which it is.
    """
    file = path / NAME if path.is_dir() else path
    raw = msgspec.json.format(msgspec.json.encode(shape), indent=1) + b"\n"
    write_whole(file, raw if len(raw) <= LARGE_BYTES else zstd.compress(raw))
    return file


def read_shape(path: Path) -> Shape:
    """The shape that a file, or the folder of a world, holds; raises FixtureError where there is none."""
    file = path / NAME if path.is_dir() else path
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise FixtureError(f"there is no shape at {file}; `agentprobe world shape` makes one") from error
    try:
        found = msgspec.json.decode(_plain(raw), type=Shape)
    except (msgspec.DecodeError, zstd.ZstdError) as error:
        raise FixtureError(f"{file} is no shape: {error}") from error
    if found.format > FORMAT:
        raise FixtureError(f"{file} has format {found.format}; this version reads up to {FORMAT}: upgrade")
    return found


def _plain(raw: bytes) -> bytes:
    if not raw.startswith(_ZSTD):
        return raw
    opened = zstd.ZstdDecompressor()
    plain = opened.decompress(raw, MOST_BYTES)
    if not opened.eof:
        raise zstd.ZstdError("it is larger than any shape")
    return plain
