"""Exact numbers: which of the kinds that a world has holds them without loss."""

from __future__ import annotations

import msgspec

from agentprobe.worlds.schema import Column

_DIGITS = 38
"""A decimal holds so many, before and after the point together."""
_SAFE = 18
"""So many digits fit an int64, whatever they are."""


def exact(column: Column, digits: int, scale: int) -> Column:
    """A column of numbers with so many digits, `scale` of them after the point.

    Whole numbers that fit are integers; what does not fit a decimal stays text, since a float would round it.
    A decimal of scale 0 is kept with 9 places after the point, see `arrow.type_of`.
    """
    whole = digits - max(scale, 0) if scale >= 0 else digits - scale
    if scale <= 0 and whole <= _SAFE:
        return _as(column, "integer", 0)
    kept = max(scale, 0)
    if whole + (kept or 9) <= _DIGITS:
        return _as(column, "decimal", kept)
    return _as(column, "text", 0)


def _as(column: Column, kind: str, size: int) -> Column:
    return msgspec.structs.replace(column, kind=kind, size=size)
