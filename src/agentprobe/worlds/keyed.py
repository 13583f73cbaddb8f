"""Chance that a key decides, for whole arrays at once: the same key and input always throw the same.

Everything rests on AES as a pseudo-random function (NIST SP 800-38B describes the chaining over text). Order
is mixed by a Feistel network with modular addition, as in format-preserving encryption (NIST SP 800-38G).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
ROUNDS = 10
"""As many as FF1 has."""
BLOCK = 16


class Keyed:
    """A pseudo-random function of numbers and texts."""

    def __init__(self, secret: bytes) -> None:
        self._encryptor = Cipher(AES(secret), ECB()).encryptor()  # noqa: S305  # single blocks as a PRF

    def sealed(self, blocks: NDArray[Any]) -> NDArray[Any]:
        """Encrypt blocks of 16 bytes, each by itself; a bijection of each."""
        raw = np.ascontiguousarray(blocks)
        into = bytearray(raw.nbytes + BLOCK - 1)
        self._encryptor.update_into(raw.reshape(-1).view(np.uint8).data, into)
        return np.frombuffer(into, raw.dtype, raw.size).reshape(raw.shape).copy()

    def numbers(self, inputs: NDArray[Any], tweak: int = 0) -> U64:
        """64 random bits for each number; another tweak gives unrelated ones."""
        blocks = np.empty((len(inputs), 2), "<u8")
        blocks[:, 0] = tweak
        blocks[:, 1] = np.asarray(inputs).astype(np.uint64, copy=False)
        return self.sealed(blocks)[:, 0]

    def texts(self, grid: U8, lengths: NDArray[Any]) -> U64:
        """64 random bits for each row of characters, padded with zeros, by CBC-MAC behind the length."""
        rows, width = grid.shape
        padded = np.zeros((rows, -(-width // BLOCK) * BLOCK), np.uint8)
        padded[:, :width] = grid
        state = np.zeros((rows, 2), "<u8")
        state[:, 0] = 1
        state[:, 1] = lengths
        state = self.sealed(state)
        for start in range(0, padded.shape[1], BLOCK):
            # a row ends with its own last block, however wide its neighbours are
            going = np.asarray(lengths) > start
            block = np.ascontiguousarray(padded[:, start : start + BLOCK]).view("<u8")
            if going.all():
                state = self.sealed(state ^ block)
            else:
                state[going] = self.sealed(state[going] ^ block[going])
        return np.ascontiguousarray(state[:, 0])

    def bytes_of(self, text: bytes, size: int) -> bytes:
        """So many random bytes for a text of any length."""
        grid = np.frombuffer(text, np.uint8).reshape(1, -1) if text else np.zeros((1, 0), np.uint8)
        start = self.texts(grid, np.array([len(text)]))[0]
        blocks = np.empty((-(-size // BLOCK), 2), "<u8")
        blocks[:, 0] = start
        blocks[:, 1] = np.arange(len(blocks)) + np.uint64(1 << 32)
        return self.sealed(blocks).tobytes()[:size]

    def order(self, size: int, tweak: int = 0) -> I64:
        """A permutation of the numbers below `size`."""
        return np.argsort(self.numbers(np.arange(size), tweak), kind="stable").astype(np.int64)


def below(random: U64, size: NDArray[Any] | np.uint64 | int) -> U64:
    """Random 64 bits as a number below `size`, which is at most 2^32."""
    return ((random >> np.uint64(32)) * np.asarray(size, np.uint64)) >> np.uint64(32)


class Bijection:
    """Permutes whole numbers so that each stays as many digits long; nothing of their order is told."""

    SMALL = 5
    """Up to so many digits the permutation is a table."""

    def __init__(self, keyed: Keyed) -> None:
        self._keyed = keyed
        self._tables: dict[int, I64] = {}

    def of(self, values: I64) -> I64:
        """The image of each value; zero, the sign and the number of digits stay."""
        values = np.asarray(values, np.int64)
        size = np.abs(values).view(np.uint64) if len(values) else values.astype(np.uint64)
        image = size.copy()
        for digits in range(1, 20):
            inside = size >= np.uint64(10 ** (digits - 1))
            if digits < 19:
                inside &= size < np.uint64(10**digits)
            if inside.any():
                image[inside] = self._permuted(size[inside], digits)
        # the smallest number of all has no positive twin: it stays
        image = np.where(size > np.uint64(2**63 - 1), size, image).view(np.int64)
        return np.where(values < 0, -image, image)

    def _permuted(self, size: U64, digits: int) -> U64:
        if digits <= self.SMALL:
            start = 10 ** (digits - 1)
            if digits not in self._tables:
                self._tables[digits] = self._keyed.order(9 * start, digits) + start
            return self._tables[digits][(size - np.uint64(start)).astype(np.int64)].astype(np.uint64)
        image = self._mixed(size, digits)
        while digits == 19 and (out := image > np.uint64(2**63 - 1)).any():
            # cycle walking: what has no room in 63 bits goes on until it has
            image[out] = self._mixed(image[out], digits)
        return image

    def _mixed(self, size: U64, digits: int) -> U64:
        low = digits // 2
        cut, start = np.uint64(10**low), np.uint64(10 ** (digits - low - 1))
        left, right = size // cut - start, size % cut
        sizes = np.uint64(9) * start, cut
        for turn in range(0, ROUNDS, 2):
            left = _added(left, self._keyed.numbers(right, digits * 64 + turn), sizes[0])
            right = _added(right, self._keyed.numbers(left, digits * 64 + turn + 1), sizes[1])
        return (left + start) * cut + right


def _added(part: U64, random: U64, size: np.uint64) -> U64:
    shift = below(random, size) if size < 2**32 else random % size
    total = part + shift
    return np.where(total >= size, total - size, total)


def mixed_parts(keyed: Keyed, parts: U64, sizes: U64, tweak: int) -> U64:
    """Permute rows of numbers, each below its own size (at most 2^32), by what stands in the others.

    `parts` and `sizes` are (rows, parts); a part of size 1 or 0 is none. Rows of equal sizes are permuted
    among themselves, so that different rows stay different.
    """
    parts = parts.copy()
    count = parts.shape[1]
    for turn in range(max(2, -(-ROUNDS // count))):
        for place in range(count):
            state = np.full(len(parts), tweak * 4096 + turn * 64 + place, np.uint64)
            for other in range(count):
                if other != place:
                    state = keyed.numbers(state ^ (parts[:, other] << np.uint64(1)), other + 1)
            size = np.maximum(sizes[:, place], np.uint64(1))
            total = parts[:, place] + below(keyed.numbers(state, 99), size)
            parts[:, place] = np.where(total >= size, total - size, total)
    return parts
