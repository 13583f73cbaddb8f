"""How long ago a moment was, for those who cannot afford a whole clock."""

from __future__ import annotations

from datetime import UTC, datetime


def seconds_since(moment: str) -> float:
    """Seconds from an ISO date and time until now; 0 for one that cannot be read, or is still to come."""
    try:
        return max((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0
