"""The key under which a person's traces hide secrets: a file of their own, outside every project."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

VARIABLE = "AGENTPROBE_KEY_FILE"
"""Names another file; so several people, or machines, can hide the same secrets under the same words."""
_SIZE = 32


def own_key(environ: Mapping[str, str] | None = None) -> bytes:
    """The key; made at the first use, readable by its owner alone.

    Where no file can be kept there is one key a process, and its words mean nothing to others.
    """
    return _key(_place(os.environ if environ is None else environ))


@cache
def _key(path: Path) -> bytes:
    with suppress(OSError, ValueError):
        if not path.exists():
            _make(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        if len(key) >= _SIZE:
            return key
    return secrets.token_bytes(_SIZE)


def _place(environ: Mapping[str, str]) -> Path:
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE])
    home = Path(environ.get("HOME") or "~").expanduser()
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "agentprobe" / "redaction.key"


def _make(path: Path) -> None:
    """Put a whole key there, unless another process is quicker."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent)  # only its owner can read such a file
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_SIZE) + "\n")
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
