"""Two passes: what has room is read once, and what changes in between is found out."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pyarrow as pa
import pytest

from agentprobe.errors import FixtureError
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.twice import Twice

SMALL, LARGE = (Table(name=name, columns=(Column(name="n", kind="integer"),)) for name in ("small", "large"))


class Counting:
    """A source of two tables that counts how often each is read, and may lose a row each time."""

    def __init__(self, *, shrinks: bool = False) -> None:
        self.reads = {"small": 0, "large": 0}
        self._shrinks = shrinks

    def read(self, table: Table) -> Iterator[pa.RecordBatch]:
        lost = self.reads[table.name] if self._shrinks else 0
        self.reads[table.name] += 1
        for size in [2, 3] if table is SMALL else [500, 500 - lost]:
            yield pa.record_batch({"n": pa.array(range(size), pa.int64())})


def rows_of(batches: Iterator[pa.RecordBatch]) -> list[int]:
    return [batch.num_rows for batch in batches]


def test_a_table_that_has_room_is_read_once_and_gives_the_same_objects() -> None:
    source = Counting()
    passes = Twice(source.read)
    first = list(passes.first(SMALL))
    assert [id(batch) for batch in passes.second(SMALL)] == [id(batch) for batch in first]
    assert source.reads["small"] == 1


def test_a_table_that_has_no_room_is_read_again_and_others_are_still_held() -> None:
    source = Counting()
    passes = Twice(source.read, held_bytes=1000)
    assert [rows_of(passes.first(table)) for table in (LARGE, SMALL)] == [[500, 500], [2, 3]]
    assert [rows_of(passes.second(table)) for table in (LARGE, SMALL)] == [[500, 500], [2, 3]]
    assert source.reads == {"large": 2, "small": 1}


def test_a_held_batch_is_let_go_as_soon_as_the_next_is_given() -> None:
    passes = Twice(Counting().read)
    seen = [weakref.ref(batch) for batch in passes.first(SMALL)]
    second = passes.second(SMALL)
    next(second)
    next(second)
    gc.collect()
    assert [one() is None for one in seen] == [True, False]


def test_a_table_that_is_read_twice_and_changes_is_refused() -> None:
    passes = Twice(Counting(shrinks=True).read, held_bytes=1000)
    rows_of(passes.first(LARGE))
    with pytest.raises(FixtureError, match="the table large changed while it was read"):
        rows_of(passes.second(LARGE))
