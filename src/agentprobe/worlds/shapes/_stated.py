"""What several built-in shapes have in common; chosen, not measured."""

from __future__ import annotations

AS_OF_DAYS = 20_454.0
"""The built-in shapes end on 2026-01-01."""
SINCE_2010 = (14_600.0, 16_500, 17_900, 18_600, 19_100, 19_500, 19_800, 20_050, 20_250, 20_390, AS_OF_DAYS)
"""Days on which things began: business has grown."""
WEEK = (0.19, 0.18, 0.17, 0.17, 0.16, 0.08, 0.05)
OFFICE_HOURS = (1.0, 0.5, 0.5, 0.5, 0.5, 1, 2, 5, 9, 12, 12, 11, 9, 10, 11, 11, 10, 8, 6, 5, 5, 4, 3, 2)
"""What comes in by the hour of the day, from midnight on."""
