"""Which values go together: given names with surnames, towns with postcodes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from agentprobe.worlds.roles import Role
from agentprobe.worlds.shape.arrays import Values
from agentprobe.worlds.shape.counting import codes, normal, sizes
from agentprobe.worlds.shape.spectrum import Spectrum

Numbers = npt.NDArray[np.int64]
_LEAST = 0.02
_REUSE = 0.3
_SURE = 3.0
"""So many standard deviations beyond what chance gives."""
FOLLOWS = (
    (Role.CITY, (Role.SURNAME, Role.FULL_NAME)),
    (Role.POSTCODE, (Role.CITY,)),
    (Role.REGION, (Role.CITY,)),
    (Role.COUNTRY, (Role.REGION, Role.CITY)),
    (Role.STREET, (Role.POSTCODE,)),
)
"""Roles, and those that may decide them, in the order in which they are tried."""


def agree(numbers: Numbers) -> float:
    """How likely two different rows have the same value."""
    counts = sizes(numbers).astype(np.float64)
    total = float(counts.sum())
    return float(np.sum(counts * (counts - 1)) / (total * (total - 1))) if total > 1 else 0.0


def sticks_of(values: Values, decides: Values) -> float:
    """The share of rows whose value another column decides: from how much oftener two rows agree that
    share it.

    Two rows agree when both are decided, or by chance: c = s^2 + (1 - s^2) c0.
    """
    own, other = codes(normal(values)), codes(normal(decides))
    both = (own >= 0) & (other >= 0)
    if both.sum() < 50:
        return 0.0
    own, other = own[both], other[both]
    groups = sizes(other).astype(np.float64)
    pairs = float(np.sum(groups * (groups - 1)))
    together = other * (int(own.max()) + 1) + own
    cells = np.unique(together, return_counts=True)[1].astype(np.float64)
    if pairs < 100:
        return 0.0
    within, chance = float(np.sum(cells * (cells - 1))) / pairs, agree(own)
    share = max((within - chance) / (1 - chance), 0.0) if chance < 1 else 0.0
    return round(share**0.5, 4) if share**0.5 > _LEAST else 0.0


def pairs_of(given: Values, surname: Values) -> tuple[Spectrum | None, float]:
    """How names come together beyond chance: a process of pairs, and the share of people that take theirs
    from it."""
    one, other = codes(normal(given)), codes(normal(surname))
    both = (one >= 0) & (other >= 0)
    one, other = one[both], other[both]
    if len(one) < 100:
        return None, 0.0
    chance = agree(one) * agree(other)
    excess = agree(one * (int(other.max()) + 1) + other) - chance
    many = len(one) * (len(one) - 1) / 2
    if excess <= 1e-7 or excess * many <= _SURE * (chance * many + 1) ** 0.5:
        return None, 0.0
    share = max(_REUSE, excess**0.5)
    strength = max(0.7 * share**2 / excess - 1, 0.1)
    return Spectrum(discount=0.3, strength=round(strength, 2)), round(share, 4)
