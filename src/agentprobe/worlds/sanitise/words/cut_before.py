"""What the first pass cut up, found again in the second for as long as the rows are held between them."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from agentprobe.worlds.sanitise.words.pieces import Cut, Pieces, Texts

Place = tuple[Cut, int, int, tuple[int, ...]]


class CutBefore:
    """Pieces by the place in memory of the texts they were cut from."""

    def __init__(self) -> None:
        self._found: dict[Place, Pieces] = {}

    def keep(self, batch: pa.RecordBatch, cut: Iterable[Pieces]) -> None:
        """Remember the pieces of a batch's texts until nobody holds the batch any more."""
        for pieces in cut:
            # pieces hold their texts: no others come to stand at this place before they are forgotten
            place = _place(pieces.texts, pieces.cut)
            self._found[place] = pieces
            weakref.finalize(batch, self._found.pop, place, None).atexit = False

    def of(self, texts: Texts, cut: Cut) -> Pieces | None:
        """The pieces of texts, if they are known."""
        return self._found.get(_place(texts, cut))

    def __len__(self) -> int:
        return len(self._found)


def _place(texts: Texts, cut: Cut) -> Place:
    parts: list[Any] = texts.buffers()
    return cut, texts.offset, len(texts), tuple(0 if one is None else one.address for one in parts)
