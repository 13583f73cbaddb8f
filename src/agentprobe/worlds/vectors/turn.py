"""Turn vectors about the origin in a way that only a key knows: what was near stays as near."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from agentprobe.worlds.draws import shares
from agentprobe.worlds.vectors.neighbours import Vectors

_GRID = 2.0**-18
"""Results are rounded to multiples of this, so that no machine's order of adding shows."""


def turned(vectors: Vectors, secret: bytes) -> Vectors:
    """The vectors after the turn that the secret decides; inner products are kept."""
    found = vectors.astype(np.float64) @ turn(vectors.shape[1], secret)
    rounded: Vectors = (np.round(found / _GRID) * _GRID).astype(np.float32)
    return rounded


@lru_cache(maxsize=8)
def turn(dimensions: int, secret: bytes) -> NDArray[np.float64]:
    """An orthogonal matrix drawn evenly from all of them (Mezzadri 2007: QR, the signs put right)."""
    seed = int.from_bytes(secret[8:16], "big")
    cells = np.arange(dimensions * dimensions)
    drawn = ndtri(shares(seed, "turn", cells, cells % 7).clip(1e-12, 1 - 1e-12)).reshape(
        dimensions, dimensions
    )
    orthogonal, upper = np.linalg.qr(drawn)
    found: NDArray[np.float64] = orthogonal * np.sign(np.diag(upper))
    return found
