"""How much of their form pseudonyms keep: the dial."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How near a domain's pseudonyms stay to one another; each level keeps what those below it keep."""

    M0 = "M0"
    """Equal stays equal, and nothing else: not even the length."""
    M1 = "M1"
    """The length, and which values begin with the same letter."""
    M2 = "M2"
    """Typing errors and nicknames: what is near in production is near here."""
    M3 = "M3"
    """Shared beginnings of up to three letters."""
    M4 = "M4"
    """Shared parts of five letters and more, wherever they stand."""
    M5 = "M5"
    """Shared parts of four letters and more, and whole beginnings of four: the default."""

    @property
    def edges(self) -> bool:
        """Do variants follow what they are variants of?"""
        return self not in (Level.M0, Level.M1)

    @property
    def shared(self) -> int:
        """The fewest letters of a shared part that keeps one image; 0 for none."""
        return {Level.M4: 5, Level.M5: 4}.get(self, 0)
