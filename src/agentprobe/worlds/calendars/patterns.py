"""How events repeat: the few patterns that are grown, and which of them a rule is nearest to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.calendars.busy import WEEKS

PATTERNS = ("once", "working days", "weekly", "fortnightly", "four-weekly")
ONCE, DAILY, WEEKLY, FORTNIGHTLY, FOUR_WEEKLY = range(5)
RULES = (
    None,
    f"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT={5 * WEEKS}",
    f"FREQ=WEEKLY;COUNT={WEEKS}",
    f"FREQ=WEEKLY;INTERVAL=2;COUNT={WEEKS // 2}",
    f"FREQ=WEEKLY;INTERVAL=4;COUNT={WEEKS // 4}",
)
OCCURRENCES = (1, 5 * WEEKS, WEEKS, WEEKS // 2, WEEKS // 4)
LARGEST, LONGEST = 32, 16
"""Larger meetings and longer events are counted as such ones."""


def kind_of(rule: str | None, weekday: int) -> int:
    """Which pattern a rule is nearest to."""
    if rule is None:
        return ONCE
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    interval = int(parts["INTERVAL"]) if parts.get("INTERVAL", "").isdigit() else 1
    days = len([day for day in parts.get("BYDAY", "").split(",") if day])
    if parts.get("FREQ") == "DAILY" or (parts.get("FREQ") == "WEEKLY" and days > 2):
        return DAILY if interval == 1 else WEEKLY
    if parts.get("FREQ") == "WEEKLY":
        return WEEKLY if interval == 1 else FORTNIGHTLY if interval < 4 else FOUR_WEEKLY
    return FOUR_WEEKLY if parts.get("FREQ") == "MONTHLY" else ONCE


def days_of(pattern: int, weekday: NDArray[np.int64], week: NDArray[np.int64]) -> NDArray[np.int64]:
    """The days on which events of a pattern take place, one row an event, from the first Monday on."""
    if pattern == ONCE:
        return (week * 7 + weekday)[..., None]
    if pattern == DAILY:
        found = np.arange(WEEKS * 7)[np.arange(WEEKS * 7) % 7 < 5]
        return np.broadcast_to(found, (*weekday.shape, len(found)))
    every = {WEEKLY: 1, FORTNIGHTLY: 2, FOUR_WEEKLY: 4}[pattern]
    return (week % every * 7 + weekday)[..., None] + np.arange(0, WEEKS * 7, every * 7)
