"""Which traces are to go: those that are too old, or too many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from agentprobe.errors import ConfigError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def age(text: str) -> timedelta:
    """A duration such as `30d` or `12h`; raises ConfigError for anything else."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*", text)
    if found is None:
        raise ConfigError(f"'{text}' is no age; write a number and a unit, such as 30d, 12h or 2w")
    return timedelta(seconds=float(found[1]) * _UNITS[found[2]])


def to_go(
    ended: Sequence[tuple[str, str]],
    *,
    now: datetime,
    older: timedelta | None = None,
    keep: int | None = None,
) -> list[str]:
    """The paths to delete, the oldest first, of sessions with their beginnings, the newest first."""
    late = {path for place, (path, _) in enumerate(ended) if keep is not None and place >= keep}
    old = {path for path, started in ended if older is not None and _older(started, now - older)}
    return [path for path, _ in reversed(ended) if path in late or path in old]


def _older(started: str, than: datetime) -> bool:
    try:
        began = datetime.fromisoformat(started)
    except ValueError:
        return False
    if began.tzinfo is None:
        began = began.replace(tzinfo=than.tzinfo)
    return began < than
