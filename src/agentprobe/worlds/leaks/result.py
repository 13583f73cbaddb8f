"""What a leak report is told in: counts, shares and row numbers, never a value."""

from __future__ import annotations

import msgspec


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of the report."""

    name: str
    where: str = ""
    """`table.column` of the source that it is about."""
    value: float | None = None
    """None where it could not be told."""
    bound: float | None = None
    """None where it is reported and decides nothing."""
    holds: bool | None = None
    """None where nothing decides, or too little was seen to say."""
    n: int = 0
    """So many values or rows were looked at."""
    expected: float | None = None
    """What chance alone would give, where that can be told."""
    apart: int = 0
    """Found as well, and no leak: words that are public, or frequent by themselves."""
    found_in: tuple[str, ...] = ()
    """`table.column` of the world, where something was found."""
    rows: tuple[int, ...] = ()
    """A few rows of the world, counted from 0, in which something was found."""
    note: str = ""


class LeakReport(msgspec.Struct, frozen=True, kw_only=True):
    """What of the source can be found in a world, or found out from it."""

    kind: str
    """`mapped`, `regenerated` or `grown`."""
    key_id: str = ""
    checks: tuple[Check, ...] = ()
    group_sizes: tuple[float, ...] = ()
    """Shares of rows whose quasi-identifiers 2^i to 2^(i+1) - 1 rows share, from i = 0."""
    quasi: tuple[str, ...] = ()
    """The quasi-identifiers: what together could say who somebody is."""

    @property
    def failed(self) -> tuple[Check, ...]:
        """The figures that decide and are beyond their bounds."""
        return tuple(check for check in self.checks if check.holds is False)

    @property
    def unobserved(self) -> tuple[Check, ...]:
        """The figures that would decide, of which too little was seen."""
        return tuple(check for check in self.checks if check.holds is None and check.bound is not None)

    @property
    def refused(self) -> bool:
        """Does anything leak?"""
        return bool(self.failed)
