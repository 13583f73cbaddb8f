"""A world stands: in a database that an agent's tools connect to, one for each run, without copies."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentprobe.worlds.stand.altered import changed
    from agentprobe.worlds.stand.building import stand
    from agentprobe.worlds.stand.isolate import RunWorld, furnish, release, sweep
    from agentprobe.worlds.stand.looking import look

_PLACES = {
    "changed": "altered",
    "stand": "building",
    "RunWorld": "isolate",
    "furnish": "isolate",
    "release": "isolate",
    "sweep": "isolate",
    "look": "looking",
}

__all__ = ["RunWorld", "changed", "furnish", "look", "release", "stand", "sweep"]


def __getattr__(name: str) -> Any:
    # The lab reads `variables` from here before any world is built; what loads large libraries comes later.
    if name not in _PLACES:
        raise AttributeError(f"module '{__name__}' has no '{name}'")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
