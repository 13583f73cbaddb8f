"""How many rows hold each of some texts, as `LIKE '%text%'` counts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from ahocorasick_rs import BytesAhoCorasick
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.columns import Coded

PIECE_BYTES = 2_000_000


def rows_holding(texts: Sequence[str], coded: Coded) -> NDArray[np.int64]:
    """For each text, how many rows have a value that holds it."""
    asked = list(dict.fromkeys(texts))
    if not asked:
        return np.zeros(0, np.int64)
    automaton = BytesAhoCorasick([text.encode() for text in asked])
    sizes = np.zeros(len(asked), np.int64)
    for data, starts, first in pieces(coded.values):
        found = np.array(automaton.find_matches_as_indexes(data, overlapping=True), np.int64).reshape(-1, 3)
        if not len(found):
            continue
        value = np.searchsorted(starts, found[:, 1], side="right") - 1
        whole = found[:, 2] <= starts[value + 1]  # a match may not reach into the next value
        pairs = np.unique(found[whole, 0] * len(starts) + value[whole])
        np.add.at(sizes, pairs // len(starts), coded.counts[first + pairs % len(starts)])
    at = {text: number for number, text in enumerate(asked)}
    return sizes[[at[text] for text in texts]]


def pieces(values: pa.Array[Any]) -> Iterator[tuple[memoryview, NDArray[np.int64], int]]:
    """The bytes of large strings in pieces: the bytes, where each value begins, the first value's number."""
    if not len(values):
        return
    buffers: Any = values.buffers()
    _, offsets, data = buffers
    starts = np.frombuffer(offsets, np.int64)[values.offset : values.offset + len(values) + 1]
    whole = memoryview(data).cast("B") if data is not None else memoryview(b"")
    first = 0
    while first < len(values):
        last = int(np.searchsorted(starts, starts[first] + PIECE_BYTES, side="right")) - 1
        last = min(max(last, first + 1), len(values))
        begin, end = int(starts[first]), int(starts[last])
        yield whole[begin:end], starts[first : last + 1] - begin, first
        first = last
