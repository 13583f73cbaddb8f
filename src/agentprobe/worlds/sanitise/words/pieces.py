"""Columns cut into pieces, so that each distinct piece is looked at once and not once a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from agentprobe.worlds.sanitise.words.chance import many_digits

Texts: TypeAlias = "pa.Array[Any]"
Cut = Callable[[NDArray[np.uint8], NDArray[np.int64]], NDArray[np.bool_]]
"""Where pieces begin, told of the bytes of a column and of where its rows begin."""
pc: Any = compute
"""Untyped, since the stubs know few of the arrays that these functions take."""
_MUTE = r"^[\x00-\x40\[-`{-\x7f]*[0-9]{5,}[\x00-\x40\[-`{-\x7f]*$"
_NUMBER = r"^[0-9]{5,12}[ \t\r\n.,;:!?)]*$"
_LETTER, _DIGIT = 2, 3
_KIND = np.zeros(256, np.uint8)
_KIND[[*range(65, 91), *range(97, 123), 39, 96, *range(128, 256)]] = _LETTER
_KIND[48:58] = _DIGIT


def at_blanks(raw: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """A piece is what stands between blanks, with the blanks behind it."""
    blank: NDArray[np.bool_] = raw == 32
    blank |= (raw - np.uint8(9)) < 5  # tab to carriage return; what is below goes round
    begins = ~blank
    begins[1:] &= blank[:-1]
    return begins


def at_runs(raw: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """A piece is a run of letters or digits with the signs behind it; from the first `@` on it is one."""
    kind = _KIND[raw]
    begins = kind >= _LETTER
    begins[1:] &= kind[1:] != kind[:-1]
    signs = np.flatnonzero(raw == 64)
    if len(signs):
        rows = np.searchsorted(starts, signs, "right") - 1
        new = np.flatnonzero(np.diff(rows, prepend=-1))
        first = signs[new]
        ends = np.append(starts[1:], len(raw))[rows[new]]
        turns = np.zeros(len(raw) + 1, np.int8)
        turns[first] += 1
        turns[ends] -= 1
        begins &= np.cumsum(turns[:-1], dtype=np.int8) == 0
        begins[first] = True
    return begins


class Pieces:
    """A column's texts cut up: the distinct pieces, and which of them stand in which row."""

    def __init__(self, texts: Texts, cut: Cut) -> None:
        self.texts, self.cut = texts, cut
        self._length = len(texts)
        self._valid = texts.is_valid() if texts.null_count else None
        plain = pc.fill_null(texts, "") if texts.null_count else texts
        offsets, raw = _buffers(plain)
        begins = np.zeros(len(raw), bool)
        if len(raw):
            filled = offsets[:-1][offsets[:-1] < offsets[1:]]
            begins = cut(raw, filled)
            begins[filled] = True
        starts = np.flatnonzero(begins)
        self._first = np.searchsorted(starts, offsets).astype(np.int32)
        encoded: Any = _texts(np.append(starts, len(raw)), raw).dictionary_encode()
        self._dictionary: Texts = encoded.dictionary
        self.codes: NDArray[np.int32] = encoded.indices.to_numpy()

    @property
    def dictionary(self) -> Texts:
        """Every piece once, as an array."""
        return self._dictionary

    @property
    def distinct(self) -> list[str]:
        """Every piece once, as a list made anew."""
        told: Any = self._dictionary
        found: list[str] = told.to_pylist()
        return found

    @property
    def numbers(self) -> NDArray[np.int64]:
        """How many digits each row has; at least 1 where a sign of private use stands."""
        offsets, raw = _buffers(self._dictionary)
        before = np.zeros(len(raw) + 1, np.int32)
        np.cumsum((raw - np.uint8(48)) < 10, out=before[1:])
        weights = np.diff(before[offsets])
        odd = np.flatnonzero(~pc.string_is_ascii(self._dictionary).to_numpy(zero_copy_only=False))
        told = pc.take(self._dictionary, odd).to_pylist()
        weights[odd] = [sum(map(_is_number, piece)) for piece in told]
        total = np.zeros(len(self.codes) + 1, np.int64)
        np.cumsum(weights[self.codes], out=total[1:])
        return np.diff(total[self._first])

    def mute(self) -> NDArray[np.bool_]:
        """Which distinct pieces are long numbers and signs: most of all pieces, in some columns."""
        found = pc.match_substring_regex(self._dictionary, _MUTE)
        return np.asarray(found.to_numpy(zero_copy_only=False), bool)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each distinct piece stands."""
        return np.bincount(self.codes, minlength=len(self._dictionary))

    def rows_having(self, wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
        """In how many rows each of the wanted distinct pieces stands; 0 for the others."""
        picked = np.flatnonzero(wanted[self.codes])
        rows = np.searchsorted(self._first, picked, "right") - 1
        size = max(1, len(self._dictionary))
        pairs = np.sort(rows * size + self.codes[picked])
        pairs = pairs[np.diff(pairs, prepend=-1) != 0]
        return np.bincount(pairs % size, minlength=len(self._dictionary))

    def joined(self, replaced: Texts, *ends: Texts) -> Texts:
        """The column with its distinct pieces replaced.

        The first of `ends` is for pieces that end a row, the second for those that are all of it.
        """
        codes = self.codes
        if ends:
            codes = codes + np.int32(len(replaced)) * self._ends()
            replaced = pa.concat_arrays([replaced, *ends])
        taken: Texts = pc.take(replaced, codes)
        offsets, raw = _buffers(taken)
        joined = _texts(offsets[self._first], raw)
        if self._valid is not None:
            joined = pc.if_else(self._valid, joined, pa.scalar(None, pa.string()))
        return joined

    def _ends(self) -> NDArray[np.int32]:
        """For each piece: 0 inside its row, 1 at its end, 2 where it is all of it."""
        sizes = np.diff(self._first)
        ends = np.zeros(len(self.codes), np.int32)
        filled = sizes > 0
        ends[self._first[1:][filled] - 1] = np.where(sizes[filled] == 1, 2, 1)
        return ends


def _texts(bounds: NDArray[np.int64], raw: NDArray[np.uint8]) -> Texts:
    """Texts that lie one behind the other in some bytes."""
    whole: Any = bounds.astype(np.int32), raw
    offsets, data = map(pa.py_buffer, whole)
    return pa.StringArray.from_buffers(len(bounds) - 1, offsets, data)


def _buffers(texts: Texts) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Where each text begins and ends, and the bytes of all; counted from the first."""
    buffers: Any = texts.buffers()
    _, bounds, data = buffers
    offsets = np.frombuffer(bounds, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    if not len(texts):
        offsets = np.zeros(1, np.int64)
    raw = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    return offsets - offsets[0], raw[offsets[0] : offsets[-1]]


def _is_number(char: str) -> bool:
    return char.isdigit() or "\ue000" <= char <= "\uf8ff"


def numbers_in(pieces: Texts) -> NDArray[np.bool_]:
    """Which pieces are a number of five to twelve digits and the signs that end a sentence's part."""
    return np.asarray(pc.match_substring_regex(pieces, _NUMBER).to_numpy(zero_copy_only=False), bool)


def renumbered(key: bytes, pieces: Texts) -> Texts:
    """Pieces that are numbers, with other digits."""
    signs = pc.replace_substring_regex(pieces, r"^[0-9]+", "")
    runs = pc.replace_substring_regex(pieces, r"[^0-9]+$", "")
    widths = pc.binary_length(runs).to_numpy()
    numbers = runs.cast(pa.int64()).to_numpy()
    parts: list[Texts] = []
    order: list[NDArray[np.int64]] = []
    for width in np.flatnonzero(np.bincount(widths)).tolist():
        places = np.flatnonzero(widths == width)
        told = pa.array(many_digits(key, numbers[places], width)).cast(pa.string())
        parts.append(pc.utf8_lpad(told, width, "0"))
        order.append(places)
    joined: Texts = pc.binary_join_element_wise(scattered(parts, order), signs, "")
    return joined


def scattered(parts: Sequence[Texts], places: Sequence[NDArray[np.int64]]) -> Texts:
    """Arrays put together so that each value comes to its place."""
    order = np.empty(sum(map(len, parts)), np.int64)
    order[np.concatenate(places)] = np.arange(len(order))
    taken: Texts = pc.take(pa.concat_arrays(parts), order)
    return taken


def in_portions(texts: Texts | pa.ChunkedArray[Any]) -> Iterator[Texts]:
    """The texts as string arrays of less than a gigabyte each."""
    for chunk in texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]:
        plain = chunk if chunk.type == pa.string() else chunk.cast(pa.string())
        step = (
            max(1, len(plain) * (1 << 30) // max(1, plain.nbytes)) if plain.nbytes > 1 << 30 else len(plain)
        )
        for start in range(0, len(plain), max(1, step)):
            yield plain.slice(start, step)
