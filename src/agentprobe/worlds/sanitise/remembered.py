"""Work on texts that is done once for each different one, however many rows and batches hold it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from agentprobe.worlds.computing import pc

MOST = 200_000
"""So many texts are remembered; those beyond are worked on again in each batch."""


class Remembered:
    """What a function made of each text; it must depend on nothing else."""

    def __init__(self, work: Callable[[pa.Array[Any]], pa.Array[Any]], made: pa.DataType) -> None:
        """`work` takes different texts and gives as many values of the type `made`."""
        self._work = work
        self._texts: pa.Array[Any] = pa.array([], pa.string())
        self._made: pa.Array[Any] = pa.array([], made)

    def of(self, texts: pa.Array[Any]) -> pa.Array[Any]:
        """What each text becomes; nulls stay."""
        told = texts.dictionary_encode()
        places = pc.index_in(told.dictionary, value_set=self._texts)
        new = places.is_null().to_numpy(zero_copy_only=False)
        images = self._made
        at = pc.fill_null(places, 0).to_numpy(zero_copy_only=False).astype(np.int64)
        if new.any():
            fresh = told.dictionary.filter(pa.array(new))
            images = pa.concat_arrays([self._made, self._work(fresh)])
            at[new] = len(self._made) + np.arange(len(fresh))
            if len(images) <= MOST:
                self._texts, self._made = pa.concat_arrays([self._texts, fresh]), images
        made: pa.Array[Any] = images.take(at).take(told.indices)
        return made
