"""A small, deterministic text embedding: hashed pieces of words, weighted by how rare the words are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

DIMENSIONS = 256
BUCKETS = 4096

Vectors = NDArray[np.float32]


def words(text: str) -> list[str]:
    """The words of a text, without figures."""
    return re.findall(r"[a-z]+", text.lower())


def rarity(texts: Sequence[str]) -> Vectors:
    """Weigh every word by how few of the texts hold it; words share weights where their hashes collide."""
    holding = np.zeros(BUCKETS, dtype=np.float32)
    for text in texts:
        holding[list({_bucket(word) for word in words(text)})] += 1
    weights: Vectors = np.log((1 + len(texts)) / (1 + holding)).astype(np.float32)
    return weights


def embed(texts: Sequence[str], weights: Vectors) -> Vectors:
    """Turn texts into vectors of length 1, one a row."""
    columns: dict[str, int] = {}
    counted = [
        (row, columns.setdefault(word, len(columns))) for row, t in enumerate(texts) for word in words(t)
    ]
    rows, places = zip(*counted, strict=True)
    counts = csr_array((np.ones(len(rows), np.float32), (rows, places)), shape=(len(texts), len(columns)))
    vectors = counts @ np.stack([weights[_bucket(word)] * _vector(word) for word in columns])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


@cache
def _bucket(word: str) -> int:
    return crc32(word.encode()) % BUCKETS


@cache
def _vector(word: str) -> Vectors:
    """A word as its whole and its runs of three letters, so that words of one stem are near each other."""
    spelled = f"<{word}>"
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    for piece in (spelled, *(spelled[at : at + 3] for at in range(len(spelled) - 2))):
        place, sign = divmod(crc32(piece.encode()) % (2 * DIMENSIONS), 2)
        vector[place] += 1 if sign else -1
    length = max(float(np.linalg.norm(vector)), 1e-9)
    unit: Vectors = vector / np.float32(length)
    return unit
