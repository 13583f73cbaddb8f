"""Payloads in pieces: what an agent sends again and again stands in the file once."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Raw

from agentprobe.basis.canonical import digest
from agentprobe.trace.records import BlobRecord, Body

LEAST = 512
"""The fewest bytes that are worth a blob of their own."""
MOST_BYTES = 1 << 30
"""A payload of more bytes is none that was recorded: few lines could name a piece a million times."""
BUNDLE = 16
"""So many pieces that follow each other get one name together."""
MOST_KNOWN = 1 << 15
"""So many blobs a writer remembers; one that it has forgotten is written again."""
MOST_HELD = 64 << 20
"""So many bytes of blobs a reader holds in memory; the others it fetches from the file on demand."""
DEPTH = 4
"""So deep lists of messages are looked for: in a request they lie high up, in a snapshot lower."""

MOST_BEGUN = 8
"""So many beginnings of payloads a writer remembers: as many conversations may go on at once."""
MOST_REMEMBERED = 4 << 20
"""A beginning of more bytes is not remembered."""

Span = tuple[int, int]
Part = str | tuple[str, ...]
Clean = Callable[[bytes], bytes]
"""Takes the secrets out of a payload."""
_object = msgspec.json.Decoder(dict[str, Raw])
_list = msgspec.json.Decoder(list[Raw])
_blob = msgspec.json.Decoder(BlobRecord)


class _Begun(NamedTuple):
    """How a payload began that was cut before, up to the end of the last piece of its longest list."""

    text: bytes
    opening: int
    """Where the list's items begin."""
    names: tuple[str, ...]
    """The pieces of the list so far."""


class _Run(NamedTuple):
    """Pieces that follow each other."""

    start: int
    end: int
    names: tuple[str, ...]


class Cutter:
    """Cuts payloads into pieces, and remembers which of them the file holds already.

    Mostly a payload begins as one before it. Then only what is behind that beginning is looked at.
    """

    def __init__(self, clean: Clean = bytes) -> None:
        self._clean = clean
        self._known: OrderedDict[str, None] = OrderedDict()
        self._begun: deque[_Begun] = deque(maxlen=MOST_BEGUN)

    def cut(self, body: Body) -> tuple[Body, list[BlobRecord]]:
        """The payload, clean of secrets, as text and digests, and the blobs that must be written ahead of it.

        Whatever is cut where, the pieces joined again are the very bytes.
        """
        if body.json is UNSET:
            return body, []
        data = bytes(body.json)
        fresh: list[BlobRecord] = []
        try:
            parts = self._continued(data, fresh) or self._whole(data, fresh)
        except (msgspec.MsgspecError, RecursionError):  # too deep to be looked into
            return Body(json=Raw(self._clean(data)), coding=body.coding), fresh
        return Body(parts=tuple([part for part in parts if part]), coding=body.coding), fresh

    def _whole(self, data: bytes, fresh: list[BlobRecord]) -> list[Part]:
        plain = self._clean(data)
        runs = self._runs(plain, fresh)
        if plain == data:
            self._remember(data, runs)
        return self._laid_out(plain, runs, fresh)

    def _continued(self, data: bytes, fresh: list[BlobRecord]) -> list[Part]:
        """The pieces of a payload that begins as one before; nothing when it does not."""
        begun = next((begun for begun in self._begun if data.startswith(begun.text)), None)
        if begun is None or data[len(begun.text) : len(begun.text) + 1] not in (b",", b"]"):
            return []  # the last piece may go on here, as a number does, or blanks follow it
        comma = data[len(begun.text) : len(begun.text) + 1] == b","
        cut = len(begun.text) + comma
        rest = data[: begun.opening] + data[cut:]
        if self._clean(rest) != rest:
            return []
        runs = self._runs(rest, fresh)
        grown = next((run for run in runs if run.start == begun.opening), None)
        if grown is not None:
            runs[runs.index(grown)] = grown._replace(names=(*begun.names, *grown.names))
            end = grown.end + cut - begun.opening
            self._begun.remove(begun)
            self._begun.append(_Begun(data[:end], begun.opening, (*begun.names, *grown.names)))
            return self._laid_out(rest, runs, fresh)
        runs.append(_Run(begun.opening, begun.opening, begun.names))
        return self._laid_out(rest, sorted(runs), fresh, "," if comma else "", begun.opening)

    def _remember(self, data: bytes, runs: list[_Run]) -> None:
        lists = [run for run in runs if data[run.start - 1] in b"["]
        longest = max(lists, key=lambda run: run.end - run.start, default=None)
        if longest is not None and longest.end <= MOST_REMEMBERED:
            self._begun.append(_Begun(data[: longest.end], longest.start, longest.names))

    def _runs(self, data: bytes, fresh: list[BlobRecord]) -> list[_Run]:
        return [
            _Run(run[0][0], run[-1][1], tuple([self._piece(data[start:end], fresh) for start, end in run]))
            for run in _spans(data, 0, len(data), DEPTH)
        ]

    def _laid_out(
        self, data: bytes, runs: list[_Run], fresh: list[BlobRecord], joint: str = "", behind: int = -1
    ) -> list[Part]:
        """Text and names in turn; `joint` stands behind the run that begins at `behind`."""
        parts: list[Part] = []
        done, text = 0, ""
        for run in runs:
            parts += [text + data[done : run.start].decode(), self._bundled(run.names, fresh)]
            done, text = run.end, joint if run.start == behind else ""
        return [*parts, text + data[done:].decode()]

    def _piece(self, piece: bytes, fresh: list[BlobRecord]) -> str:
        name = digest(piece)
        if self._is_new(name):
            fresh.append(BlobRecord(digest=name, json=Raw(b"[" + piece + b"]")))
        return name

    def _bundled(self, names: tuple[str, ...], fresh: list[BlobRecord]) -> tuple[str, ...]:
        """The same pieces under fewer names: so a long history is named in few words."""
        whole = len(names) - len(names) % BUNDLE
        bundles = [names[at : at + BUNDLE] for at in range(0, whole, BUNDLE)]
        for bundle in bundles:
            name = digest(",".join(bundle))
            if self._is_new(name):
                fresh.append(BlobRecord(digest=name, of=bundle))
        return (*[digest(",".join(bundle)) for bundle in bundles], *names[whole:])

    def _is_new(self, name: str) -> bool:
        if name in self._known:
            self._known.move_to_end(name)
            return False
        self._known[name] = None
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return True


def _spans(data: bytes, start: int, end: int, depth: int) -> Iterator[list[Span]]:
    """Where in a value of JSON pieces worth a blob stand: runs of them, with only commas between."""
    if end - start < LEAST:
        return
    if not depth or data[start] not in b"[{":
        yield [(start, end)]
    elif data[start] in b"{":
        yield from _in_object(data, start, end, depth)
    else:
        yield from _in_list(data, start, end)


def _in_object(data: bytes, start: int, end: int, depth: int) -> Iterator[list[Span]]:
    at = start + 1
    for value in _object.decode(memoryview(data)[start:end]).values():
        size = len(memoryview(value))
        if size < LEAST:
            continue
        found = data.find(memoryview(value), at, end)
        if found >= 0:
            at = found + size
            yield from _spans(data, found, at, depth - 1)


def _in_list(data: bytes, start: int, end: int) -> Iterator[list[Span]]:
    """Items taken together from the first on until they are enough: so a list that has grown begins alike."""
    run: list[Span] = []
    at = begin = start + 1
    for item in _list.decode(memoryview(data)[start:end]):
        at = data.find(memoryview(item), at, end) + len(memoryview(item))
        comma = data.find(b",", at, end)
        stop = comma if comma >= 0 else at
        if stop - begin >= LEAST:
            run.append((begin, stop))
            begin = comma + 1
    if run:
        yield run


class Blobs(Mapping[str, bytes]):
    """The blobs of a file that is being read: in memory, and past a limit where they stand in the file."""

    def __init__(self, path: Path, most: int = MOST_HELD) -> None:
        self._path = path
        self._held: dict[str, bytes] = {}
        self._far: dict[str, Span] = {}
        self._of: dict[str, tuple[str, ...]] = {}
        self._room = most

    def add(self, record: BlobRecord, at: int, size: int) -> bool:
        """Take in what stands at this place of the file; False when it is not what its digest says."""
        if record.of:
            if digest(",".join(record.of)) != record.digest or self._of.keys() & set(record.of):
                return False
            self._of[record.digest] = record.of
            return True
        piece = _content(record)
        if digest(piece) != record.digest:
            return False
        if record.digest not in self:
            self._keep(record.digest, piece, (at, size))
        return True

    def _keep(self, name: str, piece: bytes, place: Span) -> None:
        if len(piece) <= self._room:
            self._room -= len(piece)
            self._held[name] = piece
        else:
            self._far[name] = place

    def size(self, name: str) -> int:
        """How many bytes it is, at most."""
        if name in self._of:
            return sum(self.size(part) + 1 for part in self._of[name])
        return len(self._held[name]) if name in self._held else self._far[name][1]

    def __getitem__(self, name: str) -> bytes:
        if name in self._of:
            return b",".join([self[part] for part in self._of[name]])
        return self._held[name] if name in self._held else self._fetched(*self._far[name])

    def _fetched(self, at: int, size: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek(at)
            return _content(_blob.decode(file.read(size)))

    def __contains__(self, name: object) -> bool:
        if name in self._of:
            return all(part in self for part in self._of[str(name)])
        return name in self._held or name in self._far

    def __iter__(self) -> Iterator[str]:
        yield from self._held
        yield from self._far
        yield from self._of

    def __len__(self) -> int:
        return len(self._held) + len(self._far) + len(self._of)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def _content(record: BlobRecord) -> bytes:
    return bytes(record.json)[1:-1] if record.json is not UNSET else b""


class InPieces(Body, frozen=True, kw_only=True):
    """A payload that was read in pieces, with where to find them."""

    blobs: Blobs

    @property
    def data(self) -> bytes:
        """The very bytes that were recorded."""
        return b"".join([self._bytes(part) for part in self.parts])

    def _bytes(self, part: str | tuple[str, ...]) -> bytes:
        return part.encode() if isinstance(part, str) else b",".join([self.blobs[name] for name in part])


def in_pieces(body: Body, blobs: Blobs) -> Body:
    """A payload that was read, with its pieces at hand; where some are missing, only their number."""
    names = [name for part in body.parts if not isinstance(part, str) for name in part]
    lost = sum(name not in blobs for name in set(names))
    if lost or sum(map(blobs.size, names)) > MOST_BYTES:
        return Body(lost=lost or len(names), coding=body.coding)
    return InPieces(parts=body.parts, coding=body.coding, blobs=blobs)
