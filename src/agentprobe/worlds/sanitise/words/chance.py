"""Chance that a key decides: the same words get the same dice, and without the key nobody can throw them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from numpy.typing import NDArray

T = TypeVar("T")
_SIXTEEN = Struct(">16I")
_TABLED = 6
"""Runs of up to so many digits are looked up in a table."""
VECTOR_DIGITS = 12
"""Runs of up to so many digits can be replaced many at a time."""
_ROUNDS = 6


def dice(key: bytes, *words: object) -> bytes:
    """64 bytes for some words."""
    return _hashed(key, _told(words))


def _told(words: tuple[object, ...]) -> bytes:
    return "\x1f".join(map(str, words)).encode("utf-8", "surrogatepass")


def number(key: bytes, *words: object) -> int:
    """A number below 2^64 for some words."""
    return int.from_bytes(dice(key, *words)[:8], "big")


def throws(key: bytes, count: int, *words: object) -> tuple[int, ...]:
    """So many numbers below 2^32 for some words."""
    told = _told(words)
    found = _SIXTEEN.unpack(_hashed(key, told))
    for turn in range(1, -(-count // 16)):
        found += _SIXTEEN.unpack(_hashed(key, told + b"\x1f%d" % turn))
    return found[:count]


def _hashed(key: bytes, told: bytes) -> bytes:
    hasher = _begun(key).copy()
    hasher.update(told)
    return hasher.digest()


@lru_cache(maxsize=64)
def _begun(key: bytes) -> blake2b:
    """What has taken in the key already: it is a block of its own, as long to hash as a word."""
    return blake2b(key=key)


def shuffled(key: bytes, values: Sequence[T], *words: object) -> list[T]:
    """The values in an order that the key decides (Fisher-Yates)."""
    order = list(values)
    thrown = throws(key, len(order), *words) if len(order) > 1 else ()
    for place in range(len(order) - 1, 0, -1):
        other = thrown[place] % (place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def keyed_numbers(key: bytes, count: int, *words: object) -> NDArray[np.uint64]:
    """So many numbers below 2^64 at once: AES in counter mode, from a key of their own."""
    encryptor = Cipher(AES(dice(key, "many", *words)[:32]), CTR(bytes(16))).encryptor()
    return np.frombuffer(encryptor.update(bytes(8 * count)), "<u8")


def digits(key: bytes, run: str) -> str:
    """Other digits for a run of ASCII digits, as many; other runs get other ones, zeros still lead."""
    width = len(run)
    if width <= VECTOR_DIGITS:
        return str(int(many_digits(key, np.array([int(run)]), width)[0])).zfill(width)
    found = _long(key, run)
    while (found[0] == "0") != (run[0] == "0"):
        found = _long(key, found)
    return found


def many_digits(key: bytes, runs: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """What `digits` gives for many runs of `width` digits at once, told as numbers."""
    first = 10 ** (width - 1)
    if width <= _TABLED:
        return _digit_table(key, width)[runs]
    found = _feistel(key, runs, width)
    wrong = (found < first) != (runs < first)
    while wrong.any():
        found[wrong] = _feistel(key, found[wrong], width)
        wrong = (found < first) != (runs < first)
    return found


@lru_cache(maxsize=64)
def _digit_table(key: bytes, width: int) -> NDArray[np.int64]:
    """A permutation of all runs of so many digits, those with a zero in front among themselves."""
    thrown = keyed_numbers(key, 10**width, "digits", width)
    first = 10 ** (width - 1)
    low, high = np.argsort(thrown[:first], kind="stable"), np.argsort(thrown[first:], kind="stable")
    return np.concatenate([low, high + first])


def _feistel(key: bytes, runs: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Rounds on two halves in decimal, in the manner of NIST SP 800-38G's FF1, its function in tables."""
    sizes = (10 ** (width // 2), 10 ** (width - width // 2))
    left, right = runs // sizes[1], runs % sizes[1]
    for turn in range(_ROUNDS):
        mine, other = sizes[turn % 2], sizes[1 - turn % 2]
        left, right = right, (left + _round_table(key, turn, width, other)[right]) % mine
    found: NDArray[np.int64] = left * sizes[1] + right
    return found


@lru_cache(maxsize=64)
def _round_table(key: bytes, turn: int, width: int, size: int) -> NDArray[np.int64]:
    return (keyed_numbers(key, size, "round", turn, width) >> np.uint64(8)).astype(np.int64)


def _long(key: bytes, run: str) -> str:
    half = len(run) // 2
    left, right = run[:half], run[half:]
    for turn in range(_ROUNDS):
        mixed = (int(left) + number(key, "feistel", turn, len(run), right)) % 10 ** len(left)
        left, right = right, str(mixed).zfill(len(left))
    return left + right
