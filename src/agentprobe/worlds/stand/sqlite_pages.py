"""A SQLite file's pages, written one after the other: what sorted rows become without being inserted singly.

The format is that of www.sqlite.org/fileformat.html, section 1.6 (b-tree pages). SQLite has made the schema,
with an empty root page for each table and index; the leaves and the pages above them are appended, and the
topmost one takes the root's place. Rows that would need overflow pages are left to SQLite.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_right
from pathlib import Path

import numpy as np

from agentprobe.worlds.stand.sqlite_records import Cells, Numbers, joined, varint

PAGE = 4096
MOST_IN_TABLE = PAGE - 35
"""Bytes of a row beyond which a part of it stands on a page of its own."""
MOST_IN_INDEX = (PAGE - 12) * 64 // 255 - 23
_LOCKED = (1 << 30) // PAGE + 1
"""The page that holds the file's locks and no rows."""
_COUNT_AT = 28
"""Where the file's header says how many pages there are."""
_AT_ONCE = 256
_TABLE_LEAF, _TABLE_INNER, _INDEX_LEAF, _INDEX_INNER = 0x0D, 0x05, 0x0A, 0x02
_NONE = Cells(np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int64))


class Pages:
    """A file to which whole pages are appended; use it with `with`, while no connection is open."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b", buffering=0)
        self._next = path.stat().st_size // PAGE + 1
        self._waiting: list[bytes] = []
        self._file.seek(0, os.SEEK_END)

    def append(self, page: bytes) -> int:
        """Write a page; gives its number."""
        if self._next == _LOCKED:
            self._waiting.append(bytes(PAGE))
            self._next += 1
        self._waiting.append(page)
        self._next += 1
        if len(self._waiting) >= _AT_ONCE:
            self._flush()
        return self._next - 1

    def put(self, number: int, page: bytes) -> None:
        """Write a page in the place of one that is there."""
        self._flush()
        self._write(page, (number - 1) * PAGE)
        self._file.seek(0, os.SEEK_END)

    def _flush(self) -> None:
        self._write(b"".join(self._waiting))
        self._waiting.clear()

    def _write(self, data: bytes, at: int | None = None) -> None:
        """Write all of it: one call may write less, as where the disk is nearly full."""
        if at is not None:
            self._file.seek(at)
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *_: object) -> None:
        with self._file:
            self._flush()
            self._write(struct.pack(">I", self._next - 1), _COUNT_AT)


class Tree:
    """The pages of one table or index; rows come in its order."""

    def __init__(self, pages: Pages, root: int, *, table: bool) -> None:
        self._pages, self._root, self._table = pages, root, table
        self._leaf, self._inner = (_TABLE_LEAF, _TABLE_INNER) if table else (_INDEX_LEAF, _INDEX_INNER)
        self._rest, self._keys = _NONE, np.empty(0, dtype=np.int64)
        self._children: list[tuple[int, bytes]] = []
        """Pages with the key that stands between each and the next."""

    def add(self, cells: Cells, rowids: Numbers | None = None) -> None:
        """Append rows; `rowids` those of a table."""
        whole = joined(self._rest, cells)
        keys = np.concatenate([self._keys, rowids]) if rowids is not None else self._keys
        room = (whole.offsets + 2 * np.arange(len(whole.offsets))).tolist()
        count, start = len(whole.offsets) - 1, 0
        skip = 0 if self._table else 1  # the row between two leaves of an index stands above them
        while True:
            end = bisect_right(room, room[start] + PAGE - 8) - 1
            if end + skip >= count:
                break
            self._close(whole, start, end, keys)
            start = end + skip
        first = whole.offsets[start]
        self._rest = Cells(whole.data[first:].copy(), whole.offsets[start:] - first)
        self._keys = keys[start:] if self._table else keys

    def finish(self) -> None:
        """Write what is left, and the pages above the leaves, up to the root."""
        count = len(self._rest.offsets) - 1
        start = 0
        if self._rest.offsets[-1] + 2 * count > PAGE - 8:  # a full leaf, a row between, and one more row
            self._close(self._rest, 0, count - 2, self._keys)
            start = count - 1
        last = self._page(self._rest, start, count)
        if not self._children:
            self._pages.put(self._root, last)
            return
        self._children.append((self._pages.append(last), b""))
        while (over := self._above()) is not None:
            self._children = over

    def _close(self, cells: Cells, start: int, end: int, keys: Numbers) -> None:
        number = self._pages.append(self._page(cells, start, end))
        if self._table:
            key = varint(int(keys[end - 1]))
        else:
            key = cells.data[cells.offsets[end] : cells.offsets[end + 1]].tobytes()
        self._children.append((number, key))

    def _page(self, cells: Cells, start: int, end: int) -> bytes:
        first, last = int(cells.offsets[start]), int(cells.offsets[end])
        at = PAGE - (last - first)
        header = struct.pack(">BHHHB", self._leaf, 0, end - start, at, 0)
        places = (cells.offsets[start:end] + (at - first)).astype(">u2").tobytes()
        gap = bytes(at - len(header) - len(places))
        return b"".join((header, places, gap, cells.data[first:last].tobytes()))

    def _above(self) -> list[tuple[int, bytes]] | None:
        """The pages over the children; None when one is enough, which is the root."""
        over: list[tuple[int, bytes]] = []
        start, count = 0, len(self._children)
        while start < count:
            end = self._fitting(start)
            page, key = self._node(self._children[start:end]), self._children[end - 1][1]
            if start == 0 and end == count:
                self._pages.put(self._root, page)
                return None
            over.append((self._pages.append(page), key))
            start = end
        return over

    def _fitting(self, start: int) -> int:
        """Where the page ends that begins with a child; no page is left with a single child."""
        end, room, count = start + 1, PAGE - 12, len(self._children)
        while end < count:
            room -= 2 + 4 + len(self._children[end - 1][1])
            if room < 0:
                break
            end += 1
        return end - 1 if end == count - 1 else end

    def _node(self, children: list[tuple[int, bytes]]) -> bytes:
        held = [struct.pack(">I", number) + key for number, key in children[:-1]]
        at, places = PAGE, []
        for cell in held:
            at -= len(cell)
            places.append(at)
        header = struct.pack(">BHHHBI", self._inner, 0, len(held), at, 0, children[-1][0])
        pointers = struct.pack(f">{len(places)}H", *places)
        gap = bytes(at - len(header) - len(pointers))
        return b"".join((header, pointers, gap, *reversed(held)))
