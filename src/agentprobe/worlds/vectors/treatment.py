"""Replace embeddings: what is near stays near, and they no longer answer to the text they were made of."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import ndtri

from agentprobe.worlds.draws import shares
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.untyped import array
from agentprobe.worlds.vectors.measure import as_vectors
from agentprobe.worlds.vectors.neighbours import Vectors as Rows
from agentprobe.worlds.vectors.turn import turned

_BENT = 0.3
_WAVES = 2.0
_AT_ONCE = 8192


class Vectors:
    """Bends all vectors a little and turns them about the origin, both as only the key knows.

    A turn alone keeps every inner product, and as many known pairs as there are dimensions undo it. Therefore
    each vector is first moved by a smooth wave, which is no linear map: equal ones stay equal, near ones keep
    their order, and who solves for the turn is left with an error of about a third of a vector's length. That
    is still a pseudonym; where true vectors may be known outside, regenerate them (`vectors.grow`).
    Columns of one domain share the turn, so vectors of two tables can still be compared.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.VECTOR})

    def __init__(self) -> None:
        self._key: Key | None = None

    @classmethod
    def of(cls, setting: object, words: object) -> Self:
        """One for a snapshot; neither its settings nor the words matter to vectors."""
        return cls()

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """Nothing needs to be known of the vectors beforehand."""

    def settle(self, key: Key) -> None:
        """Take the key that decides bend and turn."""
        self._key = key

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The vectors that stand instead; missing ones stay missing."""
        assert self._key is not None, "settle comes before map"
        given = batch.column(column.name)
        size = given.type.list_size
        secret = self._key.sub("vectors", column.domain, str(size))
        rows = as_vectors(given)
        parts = [_bent(rows[at : at + _AT_ONCE], secret) for at in range(0, len(rows), _AT_ONCE)]
        found = np.concatenate([turned(part, secret) for part in parts]) if parts else rows
        if not given.null_count:
            return _listed(found, size)
        # Where a vector is missing none is taken; the place says which of the others stands there.
        valid = np.asarray(given.is_valid())
        places: Any = array(np.where(valid, np.cumsum(valid) - 1, 0), mask=~valid)
        return _listed(found, size).take(places)


def _listed(rows: Rows, size: int) -> pa.Array[Any]:
    flat: Any = array(rows.ravel(), pa.float32())
    return pa.FixedSizeListArray.from_arrays(flat, size)


def _bent(rows: Rows, secret: bytes) -> Rows:
    """Each vector moved by random waves (the features of Rahimi and Recht 2007), its length kept."""
    size = rows.shape[1]
    true = rows.astype(np.float64)
    lengths = np.sqrt(np.square(true).sum(axis=1, keepdims=True))
    directions = true / np.maximum(lengths, 1e-12)
    bent = directions + _BENT * np.sqrt(2.0 / size) * np.sin(
        directions @ _waves(size, secret) + _phases(size, secret)
    )
    bent /= np.maximum(np.sqrt(np.square(bent).sum(axis=1, keepdims=True)), 1e-12)
    found: Rows = (bent * lengths).astype(np.float32)
    return found


@lru_cache(maxsize=4)
def _waves(size: int, secret: bytes) -> NDArray[np.float64]:
    drawn = shares(int.from_bytes(secret[16:24], "big"), "waves", np.arange(size * size))
    found: NDArray[np.float64] = _WAVES * ndtri(drawn.clip(1e-12, 1 - 1e-12)).reshape(size, size)
    return found


def _phases(size: int, secret: bytes) -> NDArray[np.float64]:
    return 2 * np.pi * shares(int.from_bytes(secret[24:32], "big"), "phases", np.arange(size))
