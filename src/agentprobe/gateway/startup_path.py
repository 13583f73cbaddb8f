"""How an agent's Python comes to run our hook when it starts."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import agentprobe.adapters

_FOLDER = Path(agentprobe.adapters.__file__).parent / "start"
_LENT = ("agentprobe", "msgspec", "ahocorasick_rs")
"""Ourselves, and what the recording of a call in the agent's process stands on."""


def startup_hook(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that put our `sitecustomize` before all others, and say where agentprobe lives.

    The second is for an agent whose environment lacks agentprobe: it is lent these names and nothing else.
    """
    before = environ.get("PYTHONPATH")
    return {
        "PYTHONPATH": f"{_FOLDER}{os.pathsep}{before}" if before else str(_FOLDER),
        "AGENTPROBE_LENT": _lent(),
    }


@cache
def _lent() -> str:
    return json.dumps({"python": sys.implementation.cache_tag, "homes": dict(_homes())})


def _homes() -> Iterator[tuple[str, str]]:
    """The folder in which each of the names is found."""
    for name in _LENT:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            place = Path(spec.origin).parent
            yield name, str(place.parent if spec.submodule_search_locations is not None else place)
