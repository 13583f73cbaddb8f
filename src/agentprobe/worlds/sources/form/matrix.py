"""Vectors in a file of NumPy or faiss, with the ids and texts that stand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import pyarrow as pa

from agentprobe.errors import ConfigError, MissingExtra
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.sources.form.embedded import told_in
from agentprobe.worlds.sources.form.inferred import Inferred, converted
from agentprobe.worlds.sources.form.lines import fixed
from agentprobe.worlds.sources.form.text import decoded

BESIDE = (".npy", ".jsonl", ".ndjson", ".json", ".txt")
_AT_ONCE = 16_384
_IDS = ("id", "ids", "keys", "labels")


class _Matrix(Protocol):
    shape: tuple[int, int]

    def __getitem__(self, rows: slice) -> Any: ...


class MatrixFile:
    """A table of the vectors in one file, in their order; further columns come from the files beside it."""

    def __init__(self, path: Path, name: str, others: Sequence[Path]) -> None:
        """Raises ConfigError where a file beside it has another number of rows."""
        self.path = path
        self._matrix, ids = _faiss(path) if path.suffix != ".npy" else (_numpy(path), None)
        self.rows, size = (int(one) for one in self._matrix.shape)
        self._further: dict[str, list[str | None]] = {}
        if ids is not None:
            self._further["id"] = [str(one) for one in ids]
        for other in others:
            self._add(other)
        columns = [_column(name, values) for name, values in self._further.items()]
        if not self._further:
            columns = [Column(name="id", kind="integer", nullable=False)]
        columns.append(Column(name="embedding", kind="vector", size=size, nullable=False))
        values = self._further.get("id")
        unique = values is None or len(set(values)) == self.rows
        key = ("id",) if unique and columns[0].name == "id" else ()
        self.table = Table(name=name, columns=tuple(columns), key=key)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The vectors, in their order."""
        wanted = [self.table.column(name) for name in columns]
        for start in range(0, self.rows, _AT_ONCE):
            rows = slice(start, min(start + _AT_ONCE, self.rows))
            arrays = [self._values(rows, column) for column in wanted]
            yield pa.RecordBatch.from_arrays(arrays, names=list(columns))

    def _values(self, rows: slice, column: Column) -> pa.Array[Any]:
        if column.kind == "vector":
            return fixed(np.asarray(self._matrix[rows], dtype=np.float32))
        if column.name not in self._further:
            return pa.array(np.arange(rows.start, rows.stop, dtype=np.int64))
        return converted(pa.array(self._further[column.name][rows], pa.string()), column)

    def _add(self, path: Path) -> None:
        records = _records(path)
        if len(records) != self.rows:
            raise ConfigError(
                f"{path} holds {len(records):,} entries, but {self.path.name} holds {self.rows:,} vectors; "
                "one entry must belong to each"
            )
        word = (
            "id" if any(part in _IDS for part in path.stem.lower().replace("-", "_").split("_")) else "text"
        )
        word = "id" if path.suffix == ".npy" or path.name.split(".")[-2].lower() in _IDS else word
        told = [told_in(one) if isinstance(one, dict) else {word: str(one)} for one in records]
        for name in dict.fromkeys(name for one in told for name in one):
            if name != "embedding":
                self._further[name] = [one.get(name) for one in told]
        self._further = {
            name: self._further[name] for name in sorted(self._further, key=lambda name: name != "id")
        }


def _column(name: str, values: list[str | None]) -> Column:
    guess = Inferred()
    guess.look(pa.array(values, pa.string()))
    return guess.column(name)


def _numpy(path: Path) -> _Matrix:
    try:
        found: Any = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise ConfigError(f"{path} cannot be read as an array of NumPy: {error}") from None
    if found.ndim != 2 or found.dtype.kind not in "fiu":
        raise ConfigError(
            f"{path} holds no vectors: {found.ndim} dimensions of {found.dtype}, not 2 of floats"
        )
    matrix: _Matrix = found
    return matrix


class _Index:
    def __init__(self, index: Any, outer: Any) -> None:
        self._index = index
        self._outer = outer  # which owns it, and would take it along when it goes
        self.shape = (int(index.ntotal), int(index.d))

    def __getitem__(self, rows: slice) -> Any:
        return self._index.reconstruct_n(rows.start, rows.stop - rows.start)


def _faiss(path: Path) -> tuple[_Matrix, Any]:
    try:
        import faiss
    except ImportError as error:
        raise MissingExtra(f"reading {path.name}, an index of faiss,", "vectors") from error
    try:
        index = faiss.read_index(str(path))
    except RuntimeError:
        raise ConfigError(f"{path} cannot be read as an index of faiss") from None
    ids = None
    inner: Any = faiss.downcast_index(index)
    if hasattr(inner, "id_map"):
        ids = faiss.vector_to_array(inner.id_map).tolist()
        inner = faiss.downcast_index(inner.index)
    if hasattr(inner, "make_direct_map"):
        inner.make_direct_map()
    return _Index(inner, index), ids


def is_matrix(path: Path) -> bool:
    """Does a file of NumPy hold rows of numbers? Ids are one-dimensional."""
    try:
        found: Any = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError):
        return False
    return bool(found.ndim == 2 and found.dtype.kind == "f")


def _records(path: Path) -> list[Any]:
    if path.suffix == ".npy":
        found: Any = np.load(path, allow_pickle=False)
        return list(found.tolist())
    text = decoded(path.read_bytes())
    try:
        if path.suffix == ".json":
            value = msgspec.json.decode(text)
            return value if isinstance(value, list) else []
        lines = text.removesuffix("\n").split("\n")
        if path.suffix == ".txt":
            return [line.removesuffix("\r") for line in lines]
        return [msgspec.json.decode(line) for line in lines if line.strip()]
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path} is no JSON: {error}") from None
