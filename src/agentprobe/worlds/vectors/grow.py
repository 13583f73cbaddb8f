"""Grow any number of vectors from a shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from agentprobe.worlds.draws import shares
from agentprobe.worlds.untyped import array
from agentprobe.worlds.vectors.growing import Growth, grown
from agentprobe.worlds.vectors.neighbours import unit
from agentprobe.worlds.vectors.shape import VectorShape


def grow(shape: VectorShape, rows: int, seed: int) -> Iterator[pa.Array[Any]]:
    """`rows` vectors in batches, as lists of float32; fewer rows are the beginning of more."""
    growth = Growth(
        first=unit(shape.first()),
        steps=shape.steps,
        thinning=shape.thinning,
        families=shape.families,
        own=shape.own,
        counted=shape.counted,
    )
    start = 0
    for batch in grown(growth, rows, seed):
        if shape.lengths != (1.0,):
            at = np.arange(start, start + len(batch))
            places = (np.arange(len(shape.lengths)) + 0.5) / len(shape.lengths)
            long = np.interp(shares(seed, "length", at), places, shape.lengths)
            batch *= long.astype(np.float32)[:, None]
        start += len(batch)
        flat: Any = array(batch.ravel())
        yield pa.FixedSizeListArray.from_arrays(flat, shape.dimensions)
