"""How many rows share enough trigrams with each of some texts, as PostgreSQL's pg_trgm counts them.

After its documentation: a word is padded with two blanks before and one behind, similarity is the number of
shared trigrams over that of all, and `%` finds what has at least .3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from agentprobe.worlds.fidelity.columns import Coded

pc: Any = pyarrow.compute  # its stubs know no large strings

ENOUGH = 0.3
PIECE = 100_000
_ALL = 1 << 24
_BEGIN, _END, _NONE = (pa.scalar(text, pa.large_string()) for text in ("  ", " ", ""))


def rows_alike(texts: Sequence[str], coded: Coded) -> NDArray[np.int64]:
    """For each text, how many rows have a value that is similar to it."""
    asked_rows, asked_codes = trigrams(pa.array(texts, pa.large_string()))
    sizes = np.zeros(len(texts), np.int64)
    if not len(asked_codes):
        return sizes
    known = np.unique(asked_codes)
    own = np.bincount(asked_rows, minlength=len(texts))
    asked = _matrix(asked_rows, np.searchsorted(known, asked_codes), (len(texts), len(known)))
    wanted = np.zeros(_ALL, bool)
    wanted[known] = True
    for first in range(0, len(coded.values), PIECE):
        piece = coded.values.slice(first, PIECE)
        rows, codes = trigrams(piece)
        theirs = np.bincount(rows, minlength=len(piece))
        kept = wanted[codes]
        values = _matrix(rows[kept], np.searchsorted(known, codes[kept]), (len(piece), len(known)))
        shared = (values @ asked.T).tocoo()
        union = theirs[shared.row] + own[shared.col] - shared.data
        near = shared.data >= ENOUGH * union
        np.add.at(sizes, shared.col[near], coded.counts[first + shared.row[near]])
    return sizes


def _matrix(rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, int]) -> Any:
    return csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), shape=shape)


def trigrams(values: pa.Array[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each value's different trigrams of bytes: the value's number and the trigram's."""
    lower = pc.utf8_lower(values)
    spaced = pc.replace_substring_regex(lower, r"[^\p{L}\p{N}]+", "   ")
    padded = pc.binary_join_element_wise(_BEGIN, spaced, _END, _NONE)
    _, offsets, data = padded.buffers()
    if data is None or not len(padded):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    starts = np.frombuffer(offsets, np.int64)[padded.offset : padded.offset + len(padded) + 1]
    letters = np.frombuffer(data, np.uint8)[starts[0] : starts[-1]].astype(np.int64)
    if len(letters) < 3:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    row = np.repeat(np.arange(len(padded)), np.diff(starts))
    codes = (letters[:-2] << 16) | (letters[1:-1] << 8) | letters[2:]
    apart = (letters[1:-1] != 32) | (letters[2:] != 32)  # no trigram reaches from one word into the next
    within = (row[:-2] == row[2:]) & apart
    pairs = np.unique(row[:-2][within] * _ALL + codes[within])
    return pairs // _ALL, pairs % _ALL
