"""From when on a world is stale: what was observed in it then no longer speaks of production."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.canonical import digest, digest_of
from agentprobe.errors import ConfigError
from agentprobe.lab.settings import WorldSettings

MANIFEST = "manifest.json"


def stale_from(settings: WorldSettings, project: Path) -> str:
    """When the world of these settings is stale, as an ISO date and time; empty where nothing says so.

    Raises ConfigError for an `as_of` that is no day.
    """
    if settings.of:
        told = _manifest(project / settings.of)
        return str(told.get("retired", "")).partition(" ")[0] or str(told.get("expires", ""))
    if not settings.as_of or settings.expires_days is None:
        return ""
    return (day(settings.as_of) + timedelta(days=settings.expires_days)).isoformat()


def day(text: str) -> datetime:
    """The beginning of a day in UTC; raises ConfigError for what is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise ConfigError(f"[world] as_of = {text!r} is no day; write it as YYYY-MM-DD") from None


def what_it_is_of(settings: WorldSettings, project: Path, version: str) -> str:
    """The digest of what a world is made of: a snapshot or a shape by its bytes, a built-in one by name."""
    place = project / settings.of
    if place.is_dir():
        told = _manifest(place)
        return digest_of([told.get("parts"), told.get("schema")])
    if place.is_file():
        return digest(place.read_bytes())
    return digest_of([settings.of, version])


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.json.decode((folder / MANIFEST).read_bytes())
    except (OSError, msgspec.DecodeError):
        return {}
    return found
