"""A search by meaning at production size: exact for few vectors, by lists of near ones for many."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.errors import FixtureError
from agentprobe.worlds.stand.standing import VectorIndex

Floats = npt.NDArray[np.float32]
EXACT_BELOW = 100_000
"""Below it a search of all vectors takes few milliseconds; measured with 384 dimensions."""
_PER_LIST = 50
"""Vectors that are looked at for each list when the lists are laid out."""
_PROBED, _PROBED_OF = 16, 16
"""At least so many lists, and one of so many, are searched for each query: of the ten that are nearest to a
question .97 are found among a million of our own vectors, in 8 ms; with 16 lists only .72 were, measured."""


class Writer:
    """Takes a table's vectors piece by piece, and leaves an index of them."""

    def __init__(self, folder: Path, name: str, rows: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder, self._name, self._most = folder, name, rows
        self._vectors: Any = None
        self._keys: list[Any] = []
        self._rows = 0

    def add(self, keys: pa.Array[Any], vectors: Floats) -> None:
        """Append vectors, brought to length 1, with the keys of their rows."""
        if self._vectors is None:
            shape = (self._most, vectors.shape[1])
            self._vectors = np.lib.format.open_memmap(
                self._raw, mode="w+", dtype=np.dtype("<f4"), shape=shape
            )
        if vectors.shape[1] != self._vectors.shape[1]:
            raise FixtureError(f"the vectors of '{self._name}' have different numbers of dimensions")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self._vectors[self._rows : self._rows + len(vectors)] = vectors / np.where(lengths == 0, 1, lengths)
        self._rows += len(vectors)
        self._keys.append(keys)

    def finished(self, table: str, column: str, made_by: str) -> VectorIndex:
        """Write the index and the keys in its order."""
        ids = f"vectors/{self._name}.ids.npy"
        np.save(self._folder / f"{self._name}.ids.npy", self._ids(), allow_pickle=False)
        dimensions = self._vectors.shape[1]
        self._vectors.flush()
        kind = "numpy" if find_spec("faiss") is None else "flat" if self._rows < EXACT_BELOW else "ivf"
        if kind == "numpy":
            self._cut()
        else:
            self._faiss(kind)
        ending = "npy" if kind == "numpy" else "faiss"
        return VectorIndex(
            table=table,
            column=column,
            file=f"vectors/{self._name}.{ending}",
            ids=ids,
            rows=self._rows,
            dimensions=dimensions,
            kind=kind,
            made_by=made_by,
        )

    @property
    def _raw(self) -> Path:
        return self._folder / f"{self._name}.npy"

    def _ids(self) -> npt.NDArray[Any]:
        whole = pa.chunked_array(self._keys)
        if whole.null_count == len(whole):
            return np.arange(len(whole), dtype=np.int64)
        if pa.types.is_integer(whole.type):
            return whole.to_numpy()
        return np.array(whole.to_pylist(), dtype=np.str_)

    def _cut(self) -> None:
        """Leave out the room for rows without a vector."""
        if self._rows == self._most:
            return
        short = self._folder / f".{self._name}.npy"
        with short.open("wb") as file:
            np.save(file, self._vectors[: self._rows], allow_pickle=False)
        short.rename(self._raw)

    def _faiss(self, kind: str) -> None:
        import faiss

        dimensions = self._vectors.shape[1]
        index: Any = faiss.IndexFlatIP(dimensions)
        if kind == "ivf":
            index = self._laid_out(index)
        for at in range(0, self._rows, 65_536):
            index.add(np.ascontiguousarray(self._vectors[at : min(at + 65_536, self._rows)]))
        faiss.write_index(index, str(self._folder / f"{self._name}.faiss"))
        self._vectors = None
        self._raw.unlink()

    def _laid_out(self, quantiser: Any) -> Any:
        import faiss

        lists = int(4 * np.sqrt(self._rows))
        index: Any = faiss.IndexIVFFlat(quantiser, self._vectors.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
        step = max(1, self._rows // (lists * _PER_LIST))
        index.cp.niter = 10
        index.train(np.ascontiguousarray(self._vectors[: self._rows : step]))
        index.nprobe = max(_PROBED, lists // _PROBED_OF)
        return index
