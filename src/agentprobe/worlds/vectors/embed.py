"""Turn texts into vectors without a model: hashed words and their runs of letters, rare ones weighing more.

Texts that share words are near each other, and words that share letters a little. A user's own embedding is
better wherever there is one: `embedding("module:function")`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from agentprobe.errors import ConfigError
from agentprobe.worlds.draws import U64, mixed
from agentprobe.worlds.untyped import array, pc

DIMENSIONS = 256
BUCKETS = 65_536
"""So many weights there are for words; words whose hashes collide share one."""
_AT_ONCE = 16_384
_LONGEST = 24
"""Of a longer word, so many bytes count."""
_WHOLE_PLACES, _RUN_PLACES = 6, 2
_RUN = 3
_PLAIN_WEIGHT = 0.15
"""What a word weighs of which each language's sentences are full."""
_FULL = (
    "a",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "been",
    "but",
    "by",
    "can",
    "for",
    "from",
    "had",
    "has",
    "have",
    "he",
    "her",
    "his",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "may",
    "must",
    "no",
    "not",
    "of",
    "on",
    "or",
    "our",
    "she",
    "should",
    "so",
    "such",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "to",
    "was",
    "we",
    "were",
    "when",
    "which",
    "who",
    "will",
    "with",
    "would",
    "you",
    "your",
)

Vectors = NDArray[np.float32]
Embedding = Callable[[Sequence[str]], Vectors]


def embed(texts: Sequence[str] | pa.Array[Any], weights: Vectors | None = None) -> Vectors:
    """Turn texts into vectors of length 1, one a row; a text without words becomes a vector of zeros.

    `weights` are those that `rarity` learned from the texts of a world; without them words weigh the same
    everywhere but for the commonest of English. A text's vector does not depend on the texts beside it.
    """
    told = texts if isinstance(texts, pa.Array) else array(texts, pa.string())
    found = np.zeros((len(told), DIMENSIONS), dtype=np.float32)
    for start in range(0, len(told), _AT_ONCE):
        found[start : start + _AT_ONCE] = _embedded(told.slice(start, _AT_ONCE), weights)
    return found


def rarity(texts: Sequence[str] | pa.Array[Any]) -> Vectors:
    """Weigh every word by how few of the texts hold it (inverse document frequency)."""
    told = texts if isinstance(texts, pa.Array) else array(texts, pa.string())
    holding = np.zeros(BUCKETS, dtype=np.int64)
    for start in range(0, len(told), _AT_ONCE):
        rows, places, words = _words(told.slice(start, _AT_ONCE))
        buckets = _buckets(_hashed(_bytes(words)))
        pairs = np.unique(rows.astype(np.int64) * BUCKETS + buckets[places])
        holding += np.bincount(pairs % BUCKETS, minlength=BUCKETS)
    weights: Vectors = np.log((1 + len(told)) / (1 + holding)).astype(np.float32)
    return np.maximum(weights, np.float32(0.01))


def embedding(where: str) -> Embedding:
    """The user's own embedding, named as `module:function`, or ours where nothing is named.

    The function takes a list of texts and returns one row of numbers for each. Raises ConfigError.
    """
    if not where:
        return embed
    module, _, name = where.partition(":")
    try:
        function = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"the embedding '{where}' is not there: {error}; name it module:function"
        ) from error

    def own(texts: Sequence[str]) -> Vectors:
        found = np.asarray(function(list(texts)), dtype=np.float32)
        if found.ndim != 2 or len(found) != len(texts):
            raise ConfigError(f"the embedding '{where}' must return one row of numbers for each text")
        return found

    return own


def _embedded(texts: pa.Array[Any], weights: Vectors | None) -> Vectors:
    rows, places, words = _words(texts)
    if not len(rows):
        return np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    spelled = _bytes(words)
    hashes = _hashed(spelled)
    own = _plain_weights(words) if weights is None else weights[_buckets(hashes)]
    vectors = _word_vectors(spelled, hashes) * own[:, None]
    ends = np.searchsorted(rows, np.arange(len(texts) + 1))
    # Words stay in the order of the text: the sum is then the same to the last bit in any company.
    counts = csr_array((np.ones(len(rows), np.float32), places, ends), shape=(len(texts), len(words)))
    sums: Vectors = counts @ vectors
    lengths = np.sqrt(np.square(sums).sum(axis=1, keepdims=True))
    unit: Vectors = (sums / np.maximum(lengths, np.float32(1e-9))).astype(np.float32)
    return unit


def _words(texts: pa.Array[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], pa.Array[Any]]:
    """For each word of each text its row and its place among the distinct words, and these."""
    lists = pc.split_pattern_regex(pc.utf8_lower(pc.fill_null(texts, "")), r"[^\pL\pN]+")
    flat: pa.Array[Any] = pc.list_flatten(lists)
    rows = np.asarray(pc.list_parent_indices(lists)).astype(np.int64)
    filled = np.asarray(pc.binary_length(flat)) > 0
    encoded: Any = pc.dictionary_encode(flat.filter(array(filled)))
    return rows[filled], np.asarray(encoded.indices).astype(np.int64), encoded.dictionary


def _bytes(words: pa.Array[Any]) -> NDArray[np.uint8]:
    """The words' first bytes between two marks, padded with zeros."""
    cut = np.zeros((len(words), _LONGEST + 2), dtype=np.uint8)
    if not len(words):
        return cut
    _, starts, letters = words.buffers()
    offsets = np.frombuffer(memoryview(starts or b""), dtype=np.int32)[
        words.offset : words.offset + len(words) + 1
    ]
    held = np.frombuffer(memoryview(letters or b"\0"), dtype=np.uint8)
    lengths = np.minimum(np.diff(offsets), _LONGEST)
    rows = np.repeat(np.arange(len(words)), lengths)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    cut[:, 0] = ord("<")
    cut[rows, within + 1] = held[np.repeat(offsets[:-1], lengths) + within]
    cut[np.arange(len(words)), lengths + 1] = ord(">")
    return cut


def _hashed(spelled: NDArray[np.uint8]) -> U64:
    """A hash of each word's bytes."""
    state = np.zeros(len(spelled), dtype=np.uint64)
    for column in range(spelled.shape[1]):
        state = np.where(spelled[:, column] > 0, mixed(state ^ spelled[:, column].astype(np.uint64)), state)
    return state


def _buckets(hashes: U64) -> NDArray[np.int64]:
    return (hashes % np.uint64(BUCKETS)).astype(np.int64)


def _plain_weights(words: pa.Array[Any]) -> Vectors:
    full = np.asarray(pc.is_in(words, value_set=array(_FULL)))
    return np.where(full, np.float32(_PLAIN_WEIGHT), np.float32(1.0)).astype(np.float32)


def _word_vectors(spelled: NDArray[np.uint8], hashes: U64) -> Vectors:
    """Each word as the sum of what its whole and its runs of letters throw, of length 1."""
    grid = np.zeros(len(spelled) * DIMENSIONS, dtype=np.float64)
    rows = np.arange(len(spelled), dtype=np.int64)
    _throw(grid, rows, hashes, _WHOLE_PLACES, 1.0)
    for at in range(spelled.shape[1] - _RUN + 1):
        run = spelled[:, at : at + _RUN].astype(np.uint64)
        there = np.flatnonzero(run[:, -1] > 0)
        if not len(there):
            break
        packed = run[there, 0] | run[there, 1] << np.uint64(8) | run[there, 2] << np.uint64(16)
        _throw(grid, rows[there], mixed(packed), _RUN_PLACES, 0.6)
    vectors = grid.reshape(-1, DIMENSIONS)
    lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    unit: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def _throw(grid: NDArray[np.float64], rows: NDArray[np.int64], hashes: U64, places: int, much: float) -> None:
    """Add or take away `much` at some places of each row that its hash decides."""
    state = hashes
    for _ in range(places):
        state = mixed(state)
        at = rows * DIMENSIONS + ((state >> np.uint64(1)) % np.uint64(DIMENSIONS)).astype(np.int64)
        # One row throws once a round, so no place is named twice and the plain sum is right.
        grid[at] += np.where(state & np.uint64(1), much, -much)
