"""Does a row of a mapped world still hold something of the very row that it stands for?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.columns import Columns, Rows
from agentprobe.worlds.leaks.decoys import allowed
from agentprobe.worlds.leaks.forms import joined, worded
from agentprobe.worlds.leaks.result import Check
from agentprobe.worlds.leaks.words import only, public_words
from agentprobe.worlds.roles import IDENTIFYING, NAMES, Role
from agentprobe.worlds.schema import Column, Schema, Table

pc: Any = pyarrow.compute  # its stubs know no large strings

INITIAL = 1
"""Letters of a name that is an initial: it may become itself, and tells of nobody."""
LEAST = 4
"""Letters and digits; shorter names stand in other words by chance too often."""
SAMPLE = 100_000
ORIGINALS = IDENTIFYING | {Role.IDENTIFIER, Role.BIRTH_DATE, Role.POSTCODE}
SHOWN_ROWS = 5
_TIMES = 16
_KINDS = ("text", "integer")
STILL = "values that stayed on their row"
WITHIN = "names within their own row"


def same_row(source: Rows, world: Rows, schema: Schema, *, seed: int) -> Iterator[Check]:
    """Values that did not change, and names that stand inside another value of their row."""
    for table in schema.tables:
        if table.name not in world.schema.names:
            continue
        theirs = world.schema.table(table.name)
        columns = [c for c in table.columns if c.kind in _KINDS and c.role in ORIGINALS]
        kept = [c for c in theirs.columns if c.kind == "text" or c.name in {one.name for one in columns}]
        if columns and kept:
            yield from _of_table(source, world, table, columns, kept, seed)


def _of_table(
    source: Rows, world: Rows, table: Table, columns: list[Column], kept: list[Column], seed: int
) -> Iterator[Check]:
    ours = Columns(source, table, [c.name for c in columns], seed=seed)
    theirs = Columns(world, world.schema.table(table.name), [c.name for c in kept], seed=seed)
    if ours.rows != theirs.rows:
        note = f"{theirs.rows:,} rows stand for {ours.rows:,}: they cannot be paired"
        yield Check(name=STILL, where=table.name, bound=0, note=note)
        return
    rows = ours.picks(SAMPLE)
    texts = {column.name: _texts(theirs, column.name, rows) for column in kept}
    for column in columns:
        originals = _texts(ours, column.name, rows)
        least = INITIAL + 1 if column.role in NAMES else 1
        telling = ~only(originals, public_words()) & _long(originals, least)
        if column.name in texts:
            yield _still(f"{table.name}.{column.name}", originals, texts[column.name], telling, rows)
        if column.role in NAMES:
            yield _within(f"{table.name}.{column.name}", originals, texts, telling, rows)


def _texts(columns: Columns, name: str, rows: NDArray[np.int64]) -> pa.Array[Any]:
    """The rows' values in the form of `worded`; what is missing is empty."""
    coded = columns.coded(name)
    words = pa.concat_arrays([worded(coded.values), pa.array([""], pa.large_string())])
    return words.take((coded.codes[rows] % len(words)).astype(np.int64))


def _long(words: pa.Array[Any], least: int) -> NDArray[np.bool_]:
    long = pc.greater_equal(pc.utf8_length(joined(words)), least).to_numpy(zero_copy_only=False)
    return np.asarray(long, bool)


def _still(
    where: str,
    originals: pa.Array[Any],
    texts: pa.Array[Any],
    telling: NDArray[np.bool_],
    rows: NDArray[np.int64],
) -> Check:
    same = pc.equal(originals, texts).to_numpy(zero_copy_only=False) & telling
    hits = 0
    for time in range(_TIMES):
        by_chance = pc.equal(originals, _moved(texts, time)).to_numpy(zero_copy_only=False)
        hits += int((by_chance & telling).sum())
    return _check(STILL, where, same, (hits, _TIMES), telling, rows)


def _moved(texts: pa.Array[Any], time: int) -> pa.Array[Any]:
    """The texts of other rows: what agrees with these, agrees by chance."""
    by = (time + 1) * len(texts) // (_TIMES + 1)
    return pa.concat_arrays([texts.slice(by), texts.slice(0, by)])


def _within(
    where: str,
    originals: pa.Array[Any],
    texts: dict[str, pa.Array[Any]],
    telling: NDArray[np.bool_],
    rows: NDArray[np.int64],
) -> Check:
    """Each word of a name is looked for in all values of its row, without blanks."""
    whole = joined(pc.binary_join_element_wise(*texts.values(), pa.scalar("", pa.large_string())))
    found = np.zeros(len(rows), bool)
    lists = pc.split_pattern(pc.utf8_trim_whitespace(originals), " ")
    of = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    words = pc.list_flatten(lists)
    good = _long(words, LEAST) & telling[of] & ~only(words, public_words())
    words, of = words.filter(pa.array(good)), of[good]
    found[of[_inside(words, whole.take(pa.array(of)))]] = True
    times = range(0, _TIMES, 4)
    hits = sum(int(_inside(words, _moved(whole, time).take(pa.array(of))).sum()) for time in times)
    return _check(WITHIN, where, found, (hits, len(times)), telling, rows)


def _inside(words: pa.Array[Any], texts: pa.Array[Any]) -> NDArray[np.bool_]:
    """Does each text hold the word of the same place?"""
    with duckdb.connect() as database:
        database.register("pairs", pa.table({"w": words, "t": texts}))
        held = database.sql("select contains(t, w) c from pairs").to_arrow_table()["c"].to_numpy()
        return np.asarray(held, bool)


def _check(
    name: str,
    where: str,
    found: NDArray[np.bool_],
    chance: tuple[int, int],
    telling: NDArray[np.bool_],
    rows: NDArray[np.int64],
) -> Check:
    """`chance` is how often other rows agreed, in so many trials."""
    hits, times = chance
    bound = allowed(hits, 1 / times)
    count, n = int(found.sum()), int(telling.sum())
    return Check(
        name=name,
        where=where,
        value=count,
        bound=bound,
        holds=count <= bound if n else None,
        n=n,
        expected=round(hits / times, 2),
        rows=tuple(rows[found][:SHOWN_ROWS].tolist()),
        note="" if n else "no value is long enough to tell",
    )
