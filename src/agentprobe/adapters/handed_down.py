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
        folder = Path(entry)
        if folder.name.startswith(_FOLDER):
            try:
                return (folder / _FILE).read_text("utf-8")
            except OSError:  # of a session that is over
                continue
    return None
