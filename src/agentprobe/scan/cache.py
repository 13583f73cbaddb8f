"""What was found in files, kept by their bytes, so that a scan looks only at what has changed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec

from agentprobe.basis.files import write_whole
from agentprobe.errors import AgentProbeError
from agentprobe.scan.looking import Looked

_FORMAT = 1
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Looked)


def packed(looked: Looked) -> bytes:
    """As bytes; b"" where something in it cannot be written, such as a number without end."""
    try:
        return _ENCODER.encode(looked)
    except (TypeError, ValueError, OverflowError, UnicodeEncodeError, RecursionError, NotImplementedError):
        return b""


def unpacked(raw: bytes) -> Looked:
    """Back from bytes; raises msgspec.DecodeError for what is none."""
    return _DECODER.decode(raw)


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    digest: bytes
    looked: msgspec.Raw


class _Kept(msgspec.Struct, frozen=True):
    format: int
    rules: bytes
    entries: dict[str, _Entry]


def digest_of_bytes(raw: bytes) -> bytes:
    """What a file's bytes are known by."""
    return blake2b(raw, digest_size=20).digest()


@cache
def version_of_rules() -> bytes:
    """What changes when anything of how agentprobe scans does."""
    told = blake2b(digest_size=20)
    home = Path(__file__).parent
    for path in sorted([*home.rglob("*.py"), *home.rglob("*.json"), *home.rglob("*.toml")]):
        stat = path.stat()
        told.update(f"{path.relative_to(home)}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return told.digest()


def home_of_cache(root: Path) -> Path:
    """Where what is known of a project is kept: with the user, never in the project.

    A folder of the project may come from a stranger, with a cache in it that calls everything clean.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return home / "agentprobe" / "scan" / f"{digest_of_bytes(os.fsencode(root.resolve())).hex()[:24]}.msgpack"


@dataclass
class Cache:
    """What is known of a project's files; nothing is lost where it cannot be read or written."""

    path: Path | None
    rules: bytes
    _entries: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    _changed: bool = False

    @classmethod
    def opened(cls, path: Path | None, rules: tuple[str, ...]) -> Cache:
        """What was kept for a scan by these rules; empty where there is nothing or it is damaged."""
        told = blake2b(version_of_rules() + "\n".join(rules).encode(), digest_size=20).digest()
        made = cls(path, told)
        if path is not None:
            try:
                kept = msgspec.msgpack.decode(path.read_bytes(), type=_Kept)
            except (OSError, msgspec.DecodeError, ValueError):
                return made
            if kept.format == _FORMAT and kept.rules == told:
                made._entries = {at: (one.digest, bytes(one.looked)) for at, one in kept.entries.items()}
        return made

    def get(self, path: str, digest: bytes) -> bytes | None:
        """What was found in a file with these bytes."""
        known = self._entries.get(path)
        return known[1] if known is not None and known[0] == digest else None

    def put(self, path: str, digest: bytes, looked: bytes) -> None:
        """Keep what was found."""
        self._entries[path] = digest, looked
        self._changed = True

    def close(self, there: frozenset[str]) -> None:
        """Write what is known of the files that are there; a full or closed disk is no reason to fail."""
        if self.path is None or not self._changed:
            return
        entries = {
            at: _Entry(digest, msgspec.Raw(looked))
            for at, (digest, looked) in self._entries.items()
            if at in there
        }
        try:
            kept = _Kept(format=_FORMAT, rules=self.rules, entries=entries)
            write_whole(self.path, _ENCODER.encode(kept))
        except (AgentProbeError, OSError):
            return
        self._changed = False
