"""Words that were spelled once are not spelled again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.grow.chance import Whole
from agentprobe.worlds.grow.gathered import Gathered
from agentprobe.worlds.grow.joined import Strings, strings

_MOST = 1 << 16
"""Words with larger numbers come so seldom that they are spelled each time."""


class Remembered:
    """What spells numbers, with a memory of the commoner words.

    The memory changes no value, only how soon it is there; it is put in place as one, so that two threads can
    at worst spell a word twice.
    """

    def __init__(self, spell: Callable[[Whole], Strings]) -> None:
        self._spell = spell
        self._memory: tuple[npt.NDArray[np.int32], Strings] = np.full(_MOST, -1, np.int32), strings([])

    def spelled(self, numbers: Whole) -> Gathered:
        """The words of these numbers."""
        rare = np.flatnonzero(numbers >= _MOST)
        found = self._common(np.minimum(numbers, _MOST - 1) if len(rare) else numbers)
        return found.changed([(rare, Gathered(self._spell(numbers[rare])))]) if len(rare) else found

    def _common(self, numbers: Whole) -> Gathered:
        places, words = self._memory
        at = places[numbers]
        new = np.flatnonzero(at < 0)
        if len(new):
            distinct = np.unique(numbers[new])
            places = places.copy()
            places[distinct] = np.arange(len(words), len(words) + len(distinct))
            words = pa.concat_arrays([words, self._spell(distinct)])
            self._memory = places, words
            at = places[numbers]
        return Gathered(words, at)
