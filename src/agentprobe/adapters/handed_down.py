"""How a process finds its session when whoever started it handed down few variables.

Clients of tool servers start them with a handful of variables, of which PATH is one. So a folder stands at
the end of an agent's PATH, with nothing to run in it, that holds the session's orders.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from agentprobe.adapters.orders import VARIABLE

_FOLDER, _FILE = "agentprobe-session-", "orders.json"


@contextmanager
def handing_down(orders: str, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment for a process of the session whose orders these are, as long as the session lasts."""
    told = {**environ, VARIABLE: orders}
    folder = _written(orders)
    if folder is None:
        yield told
        return
    try:
        path = environ.get("PATH", os.defpath)
        yield {**told, "PATH": f"{path}{os.pathsep}{folder}"}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _written(orders: str) -> Path | None:
    """A folder of its own for the orders; None where no file can be written, which stops no agent."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
        (folder / _FILE).write_text(orders, "utf-8")
    except OSError:
        return None
    return folder


def handed_down(environ: Mapping[str, str]) -> str | None:
    """The orders of the session that this process belongs to; None when it belongs to none."""
    if told := environ.get(VARIABLE):
        return told
    for entry in reversed(environ.get("PATH", "").split(os.pathsep)):
        if _is_ours(entry):
            try:
                return (Path(entry) / _FILE).read_text("utf-8")
            except OSError:  # of a session that is over
                continue
    return None


def apart(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that is no part of the session, though one of the session starts it."""
    told = {name: value for name, value in environ.items() if name != VARIABLE}
    if path := environ.get("PATH"):
        entries = (entry for entry in path.split(os.pathsep) if not _is_ours(entry))
        told["PATH"] = os.pathsep.join(entries)
    return told


def _is_ours(entry: str) -> bool:
    return Path(entry).name.startswith(_FOLDER)
