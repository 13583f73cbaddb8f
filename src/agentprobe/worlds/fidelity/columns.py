"""A table's columns at hand: distinct values with their counts, and the rows that queries are drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.schema import Schema, Table

pc: Any = pyarrow.compute  # its stubs know no large strings

T = TypeVar("T")
Ints = NDArray[np.int64]


class Rows(Protocol):
    """What queries are asked of: a source held still, or a world."""

    @property
    def schema(self) -> Schema: ...

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]: ...


@dataclass(frozen=True, slots=True)
class Coded:
    """A column by its distinct values, in the order in which they first stand."""

    values: pa.Array[Any]
    """Large strings, none of them null."""
    counts: Ints
    codes: NDArray[np.int32]
    """Of each row; -1 where it is null."""


class First:
    """The first rows of each table of a source or a world."""

    as_of = ""

    def __init__(self, rows: Rows, most: int | None) -> None:
        self._rows, self._most = rows, most

    @property
    def schema(self) -> Schema:
        """As that of all rows."""
        return self._rows.schema

    def rows(self, table: str) -> int | None:
        """Nobody has counted them."""
        return None

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`."""
        limits = [limit for limit in (most, self._most) if limit is not None]
        return self._rows.batches(table, columns, most=min(limits, default=None))


class Columns:
    """Some columns of a table, read once; what several classes of queries need is made once."""

    def __init__(
        self,
        rows: Rows,
        table: Table,
        names: Sequence[str],
        *,
        seed: int,
        most: int | None = None,
        entity: str = "",
        progress: Progress | None = None,
    ) -> None:
        self.reading, self.table, self.seed, self.most = rows, table, seed, most
        self._entity = entity
        there = {column.name for column in rows.schema.table(table.name).columns}
        self.names = tuple(name for name in dict.fromkeys(names) if name in there) or _light(table, there)
        self.rows = 0
        self._kept: dict[str, list[Any]] = {name: [] for name in self.names}
        self._made: dict[object, Any] = {}
        told = progress or Quiet()
        for batch in rows.batches(table.name, self.names, most=most) if self.names else ():
            self.rows += batch.num_rows
            for name, array in zip(self.names, batch.columns, strict=True):
                self._kept[name].append(_packed(array))
            told.step(f"measuring {table.name}", self.rows, most)

    def whole(self) -> First:
        """The table as it can be read again, up to where it was read."""
        return First(self.reading, self.most)

    @property
    def entity(self) -> NDArray[np.int64] | None:
        """Which entity each row is of, as a number; None where nobody says so."""
        if self._entity not in self.names:
            return None
        return self.joint([self._entity])

    def raw(self, name: str) -> pa.ChunkedArray[Any]:
        """A column as it was read; texts are dictionary-encoded."""
        kept = self._kept[name]
        return pa.chunked_array(kept) if kept else pa.chunked_array([pa.array([], pa.string())])

    def coded(self, name: str) -> Coded:
        """A column by its distinct values."""
        return self.once(("coded", name), lambda: _coded(self.raw(name)))

    def folded(self, name: str) -> Coded:
        """A column by its distinct values in small letters, as searches without regard to case see it."""
        return self.once(("folded", name), lambda: _folded(self.coded(name)))

    def joint(self, names: Sequence[str]) -> NDArray[np.int64]:
        """A number for each row, the same where all these columns are the same; -1 where one is null."""
        return self.once(("joint", *names), lambda: _joint([self.coded(name).codes for name in names]))

    def picks(self, most: int) -> Ints:
        """At most so many rows in order; the same ones in every table of this name and length."""
        if self.rows <= most:
            return np.arange(self.rows, dtype=np.int64)
        drawn = np.random.default_rng([self.seed, crc32(self.table.name.encode())])
        return np.unique(drawn.integers(0, self.rows, most, dtype=np.int64))

    def once(self, what: object, make: Callable[[], T]) -> T:
        """What was made before, or is made now."""
        if what not in self._made:
            self._made[what] = make()
        return cast("T", self._made[what])


def _light(table: Table, there: set[str]) -> tuple[str, ...]:
    """A column by which rows are counted where none is asked about: to name none would read them all."""
    names = [column.name for column in table.columns if column.kind != "vector" and column.name in there]
    return tuple(names[:1])


def _packed(array: pa.Array[Any]) -> pa.Array[Any]:
    if pa.types.is_string(array.type):
        return cast("pa.Array[Any]", array.cast(pa.large_string()).dictionary_encode())
    return array


def _coded(raw: pa.ChunkedArray[Any]) -> Coded:
    if not pa.types.is_dictionary(raw.type):
        raw = _worded(raw).dictionary_encode()
    chunks: Any = raw.unify_dictionaries().chunks
    values = chunks[0].dictionary if chunks else pa.array([], pa.large_string())
    codes = np.concatenate(
        [pc.fill_null(chunk.indices, -1).to_numpy(zero_copy_only=False) for chunk in chunks]
        or [np.empty(0, np.int32)]
    ).astype(np.int32)
    counts = np.bincount(codes[codes >= 0], minlength=len(values)).astype(np.int64)
    return Coded(values.cast(pa.large_string()), counts, codes)


def _worded(raw: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
    """Values of other kinds as texts; those that have no text are told as missing."""
    try:
        return raw.cast(pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.chunked_array([pa.nulls(len(raw), pa.large_string())])


def _folded(coded: Coded) -> Coded:
    lower = pc.utf8_lower(coded.values).dictionary_encode()
    of = lower.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.zeros(len(lower.dictionary), np.int64)
    np.add.at(counts, of, coded.counts)
    codes = np.full(len(coded.codes), -1, np.int32)
    there = coded.codes >= 0
    codes[there] = of[coded.codes[there]]
    return Coded(lower.dictionary, counts, codes)


def _joint(codes: Sequence[NDArray[np.int32]]) -> NDArray[np.int64]:
    joint = codes[0].astype(np.int64)
    for more in codes[1:]:
        wide = joint * (int(more.max(initial=0)) + 1) + more
        wide[(joint < 0) | (more < 0)] = -1
        joint = np.unique(wide, return_inverse=True)[1].ravel().astype(np.int64) if wide.size else wide
        joint -= int(wide.min(initial=0) < 0)  # the missing ones come first
    return joint
