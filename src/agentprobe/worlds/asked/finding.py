"""One thing about a question: how hard the world makes it."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a look at one side of a question has shown."""

    about: str
    """Which side: `people`, `status`, `documents`, `calendar` or `results`."""
    said: str
    """The numbers in a sentence."""
    trivial: bool
    """Does this side of the question test nothing?"""
    fits: int = 0
    """Rows that fit all that the question says."""
    loosest: int = 0
    """Rows that fit the loosest name in it."""
    near: int = 0
    """Rows whose names are near to the one that is asked for."""
    margin: float | None = None
    """How much nearer the best document is than the second."""
