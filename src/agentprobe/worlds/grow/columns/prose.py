"""Free text, put together from sentences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.grow.chance import Whole
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.gathered import Gathered
from agentprobe.worlds.grow.joined import Strings, between, joined, picked, strings
from agentprobe.worlds.grow.measure import Measure
from agentprobe.worlds.grow.phrases import phrases, slot
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.shape.arrays import pc
from agentprobe.worlds.shape.model import Prose

_MOST = 60
"""Sentences in one text."""


class Proses(ColumnGrower):
    """So many sentences that the text is about as long as the shape's are."""

    @cached_property
    def _prose(self) -> Prose:
        assert isinstance(self.field.model, Prose)
        return self.field.model

    @cached_property
    def _measure(self) -> Measure | None:
        return None if self._prose.spectrum is None else Measure.of(self._prose.spectrum)

    def numbers(self, rows: Rows) -> Whole:
        """Which text each row has."""
        who = rows.who(self.field)
        return who if self._measure is None else self._measure.draw(self.units(rows, "text"))

    def values(self, rows: Rows) -> Gathered:
        """The texts."""
        number = rows.numbers(self.field.name)
        chance = self.world.at("prose", self._prose.vocabulary)
        words = between(np.asarray(self._prose.lengths, np.float64), chance.at("length").units(number))
        known = self._sentences
        many = np.clip(np.round(words / known.words).astype(np.int64), 1, _MOST)
        mentions = self._mentions(rows)
        length = many.copy()
        for at, _ in mentions:
            length[at] += 1
        ends = np.cumsum(length)
        cells = np.empty(int(ends[-1]) if len(ends) else 0, np.int64)
        starts, left = ends - length, np.arange(len(many))
        for turn in range(int(many.max(initial=0))):
            left = left[many[left] > turn]
            cells[starts[left] + turn] = self._sentence(number[left], turn)
        return Gathered(_texts(known.texts, cells, ends, starts + many, mentions))

    def _sentence(self, number: Whole, turn: int) -> Whole:
        """Which sentence each text has in its place."""
        known = self._sentences
        chance = self.world.at("sentence", self._prose.vocabulary, turn)
        units = chance.units(number)
        which = (units * np.sqrt(units) * len(known.first)).astype(np.int64)
        return known.first[which] + chance.at("slot").below(number, known.many[which])

    @cached_property
    def _sentences(self) -> _Sentences:
        return _sentences(self._prose.vocabulary)

    def _mentions(self, rows: Rows) -> list[tuple[npt.NDArray[np.intp], Strings]]:
        """The sentences at the ends of some texts that name what stands in another column."""
        found = []
        for name, share in self._prose.mentions:
            if name not in rows.grower.columns:
                continue
            units = rows.chance(self.field.name).at("mentions", name).units(rows.places)
            at = np.flatnonzero(units < share)
            if len(at):
                told = rows.some(at).plain(name).cast(pa.string())
                found.append((at, joined("Spoke with ", told, ".")))
        return found


@dataclass(frozen=True)
class _Sentences:
    """Every sentence of a kind with every word in its slot."""

    texts: Strings
    first: Whole
    """Where those with the same slot begin."""
    many: Whole
    words: float
    """In one sentence, on average."""


@cache
def _sentences(vocabulary: str) -> _Sentences:
    known = phrases(vocabulary)
    parts = list(zip(known.before, known.slots, known.after, strict=True))
    texts = [before + word + after for before, name, after in parts for word in slot(name)]
    many = np.array([len(slot(name)) for name in known.slots])
    lengths = [len(f"{before} x {after}".split()) for before, _, after in parts]
    return _Sentences(strings(texts), np.cumsum(many) - many, many, sum(lengths) / len(lengths))


def _texts(
    pool: Strings,
    cells: Whole,
    ends: Whole,
    free: Whole,
    mentions: list[tuple[npt.NDArray[np.intp], Strings]],
) -> Strings:
    """Sentences put together: `cells` are those of all texts, with room for what is mentioned from `free`
    on."""
    pools, end = [pool], len(pool)
    for at, told in mentions:
        cells[free[at]] = np.arange(end, end + len(told))
        free[at] += 1
        pools.append(told)
        end += len(told)
    offsets: Any = pa.array(np.concatenate(([0], ends)).astype(np.int32))
    lists = pa.ListArray.from_arrays(offsets, picked(pa.concat_arrays(pools), cells))
    found: Strings = pc.binary_join(lists, " ")
    return found
