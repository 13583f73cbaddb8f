"""Which traces are to go: those that are too old, or too many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


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
