"""Many numbers of 64 bits, kept as a set without an object for each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.keyed import U64

_WAITING = 4_000_000


class SeenNumbers:
    """Numbers that were seen; they are added in any order and asked for at the end."""

    def __init__(self) -> None:
        self._known = np.zeros(0, np.uint64)
        self._new: list[U64] = []
        self._waiting = 0

    def add(self, numbers: U64) -> None:
        """Remember some; 0 stands for none."""
        self._new.append(numbers[numbers > 0])
        self._waiting += len(self._new[-1])
        if self._waiting > _WAITING:
            self._gather()

    def _gather(self) -> None:
        together = np.sort(np.concatenate([self._known, *self._new]))
        self._known = together[np.diff(together, prepend=np.uint64(0)) != 0]  # 0 itself is not among them
        self._new, self._waiting = [], 0

    def __len__(self) -> int:
        if self._new:
            self._gather()
        return len(self._known)

    def hold(self, numbers: U64) -> NDArray[np.bool_]:
        """Which of some were seen."""
        if not len(self):
            return np.zeros(len(numbers), bool)
        at = np.minimum(np.searchsorted(self._known, numbers), len(self._known) - 1)
        found: NDArray[np.bool_] = self._known[at] == numbers
        return found
