"""How far a world may be from its source before it asks other questions of an agent."""

from __future__ import annotations

import msgspec


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The largest differences that still count as the same; each is of one class of queries."""

    result_size_bits: float = 0.3
    """Between the spreads of result sizes (Wasserstein-1 of log2(1 + rows))."""
    collision_bits: float = 0.1
    """Between the shares of rows by how often their value stands (Kullback-Leibler)."""
    margin: float = 0.1
    """Between the margins of the right answer (Kolmogorov-Smirnov)."""
    ambiguity: float = 0.05
    """Between the shares of queries that a wrong answer fits as well."""
    dirt_bits: float = 0.02
    """Between what is missing, junk and oddly written (Jensen-Shannon)."""
    top_k: float = 0.2
    """Between the scores and gaps of vector searches (Kolmogorov-Smirnov)."""
    free_slot: float = 0.1
    """Between free slots, and between the shares of requests that find none."""


BOUNDS = Bounds()
FEWEST = 30
"""Fewer queries say nothing."""
