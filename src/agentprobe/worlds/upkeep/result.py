"""What a comparison of a world with production as it is now comes to."""

from __future__ import annotations

import msgspec


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension of production, and how far it is from where it was when the world was made."""

    kind: str
    """A class of queries, `rows`, `collision`, `null_pattern`, …"""
    metric: str
    where: str
    value: float
    bound: float
    beyond: bool
    before: float | None = None
    """The plain figure when the world was made, such as the mean number of rows found."""
    now: float | None = None
    since: str = ""
    """The first comparison, as an ISO date and time, that found it beyond its bound."""
    within: str = ""
    """The last one before that found it within, or when the world was made."""
    lasts_days: float | None = None
    """After so many days from the world's own date it reaches its bound, if it goes on as it has."""

    @property
    def name(self) -> str:
        """What it is, the same in every comparison."""
        return f"{self.kind} {self.metric} {self.where}"


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A world held against production."""

    world: str
    as_of: str
    checked: str
    age_days: float
    moved: tuple[Moved, ...] = ()
    unobserved: int = 0
    """So many dimensions had too few rows to say anything."""
    schema: tuple[str, ...] = ()
    """What of tables and columns is no longer as it was, each in one sentence."""

    @property
    def beyond(self) -> tuple[Moved, ...]:
        """The dimensions beyond their bounds, the furthest first."""
        found = [one for one in self.moved if one.beyond]
        return tuple(sorted(found, key=lambda one: -one.value / one.bound if one.bound else 0.0))

    @property
    def stale(self) -> bool:
        """Does the world no longer show production?"""
        return bool(self.beyond or self.schema)

    @property
    def next_days(self) -> float | None:
        """How many days from the world's own date until the next dimension reaches its bound."""
        ahead = [one.lasts_days for one in self.moved if one.lasts_days is not None and not one.beyond]
        return min(ahead, default=None)
