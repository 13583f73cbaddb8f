"""Plan runs that strike many faults at once, so that soon every few of them were seen together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from math import factorial
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from agentprobe.basis.dice import Dice
from agentprobe.errors import ConfigError

Item = TypeVar("Item", bound=Hashable)
Together = Callable[[Item, Item], bool]
Weights = NDArray[np.float32]
Flags = NDArray[np.bool_]

CANDIDATES = 8
"""So many rows are made up for each that is run; more gain little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many combinations of faults were seen together in runs that did not fail."""

    strength: int
    """Of how many faults a combination is made."""
    covered: int
    failing: int
    """Combinations that hold a set known to fail; they are not run again."""
    unreachable: int
    """Combinations that were planned several times and never fired together in a run that says something."""
    total: int
    """All combinations of faults that can be struck in one run."""

    @property
    def reachable(self) -> int:
        """The combinations that a run without failure may still cover or has covered."""
        return self.total - self.failing - self.unreachable

    @property
    def share(self) -> float:
        """Which part of what can be reached is covered; 1 when there is nothing to reach."""
        return self.covered / self.reachable if self.reachable else 1.0


class Covering(Generic[Item]):
    """Plan rows of at most so many faults until every reachable combination was run.

    A combination counts as covered once all its faults fired in one run that did not fail: a fault that was
    masked by another proves nothing. Each row is made greedily, the best of several, and weighs a
    combination by how often its faults fired so far; so faults that hardly ever fire wait behind. Two of
    which one may have hidden the other share a row only where just they are to be tried together.
    """

    def __init__(
        self,
        items: Iterable[Item],
        *,
        strength: int = 2,
        at_most: int = 8,
        together: Together[Item] | None = None,
        patience: int = 3,
    ) -> None:
        """`together` says whether two faults can be struck in one run; without it any two can.

        A combination that was planned `patience` times and never covered is given up as unreachable.
        """
        if strength not in (2, 3):
            raise ConfigError(f"combinations of 2 or 3 faults can be covered, not of {strength}")
        if at_most < strength or patience < 1:
            raise ConfigError(f"at_most must be {strength} or more and patience 1 or more")
        self.items = tuple(dict.fromkeys(items))
        self.strength = strength
        self.at_most = at_most
        self._patience = patience
        self._number = {item: number for number, item in enumerate(self.items)}
        self._apart = _apart(self.items, together)
        self._possible = _possible(self._apart, strength)
        self._covered: Flags = np.zeros_like(self._possible)
        self._failing: Flags = np.zeros_like(self._possible)
        self._tries = np.zeros(self._possible.shape, np.int16)
        self._pending = np.zeros(self._possible.shape, np.int16)
        self._awaited: list[frozenset[Item]] = []
        self._planned = np.zeros(len(self.items))
        self._fired = np.zeros(len(self.items))
        self._hid = np.zeros(self._apart.shape, np.int16)
        self._met: Flags = np.zeros_like(self._apart)
        self._rivals: Flags = np.zeros_like(self._apart)
        self._known: list[int] = []
        self._rows = 0

    # -- what a campaign asks and tells --------------------------------------------------------------------

    def next_row(self, dice: Dice) -> tuple[Item, ...] | None:
        """The faults to strike in the next run, in the order of the items; None if there is nothing to plan.

        Rows that were given and not yet told of count as if they would cover what they can, so that several
        may be under way; when they are told, there may be more to plan.
        """
        weights = self._weights()
        if not weights.any():
            return None
        chance = np.random.default_rng(dice.at("row", self._rows).getrandbits(63))
        self._rows += 1
        promised = np.asarray(weights.sum(axis=tuple(range(1, self.strength))), np.float32)
        rows = [self._row(weights, promised, chance) for _ in range(CANDIDATES)]
        best, _ = max(rows, key=lambda row: row[1])
        self._pending[self._block(best)] += 1
        planned = tuple(self.items[number] for number in sorted(best))
        self._awaited.append(frozenset(planned))
        return planned

    def ran(self, row: Collection[Item], fired: Collection[Item], *, failed: bool) -> None:
        """Take what came of a planned row.

        A failed run covers nothing. Tell of the set in it that fails, by `exclude`, before: then the other
        combinations of the row are planned again as if it had not been run.
        """
        asked = self._answered(row)
        if failed and self._explained(self._numbers(fired)):
            return
        self._count_firing(row, fired)
        if asked:
            self._tries[self._block(self._numbers(row))] += 1
        if not failed:
            self._covered[self._block(self._numbers(fired))] = True

    def saw(self, struck: Collection[Item], fired: Collection[Item]) -> None:
        """Take what came of a run that was planned elsewhere and did not fail."""
        self._count_firing(struck, fired)
        self._covered[self._block(self._numbers(fired))] = True

    def _count_firing(self, struck: Collection[Item], fired: Collection[Item]) -> None:
        """Note who fires, with whom, and who may have hidden whom."""
        asked, hit = self._numbers(struck), self._numbers(fired)
        missed = sorted(set(asked) - set(hit))
        self._planned[asked] += 1
        self._fired[hit] += 1
        self._met[np.ix_(hit, hit)] = True
        self._hid[np.ix_(hit, missed)] += 1
        self._hid[np.ix_(missed, hit)] += 1
        self._rivals = self._find_rivals()

    def _answered(self, row: Collection[Item]) -> bool:
        """Was this row awaited? Then it is no longer."""
        if frozenset(row) not in self._awaited:
            return False
        self._awaited.remove(frozenset(row))
        self._pending[self._block(self._numbers(row))] -= 1
        return True

    def exclude(self, failing: Iterable[Item]) -> None:
        """Never again plan a row that holds all of these: they are known to fail."""
        numbers = self._numbers(failing)
        self._known.append(_mask(numbers))
        self._failing |= _supersets(numbers, len(self.items), self.strength)

    @property
    def coverage(self) -> Coverage:
        """How far it has come."""
        possible, failing = self._possible, self._failing
        given_up = possible & ~failing & ~self._covered & self._given_up()
        return Coverage(
            strength=self.strength,
            covered=self._count(possible & self._covered & ~failing),
            failing=self._count(possible & failing),
            unreachable=self._count(given_up),
            total=self._count(possible),
        )

    @property
    def unfinished(self) -> bool:
        """Is there a combination left to plan, or a row that was not told of?"""
        return bool(self._awaited) or bool(self._open().any())

    # -- one row -------------------------------------------------------------------------------------------

    def _open(self) -> Flags:
        return self._possible & ~self._covered & ~self._failing & ~self._given_up()

    def _given_up(self) -> Flags:
        tried: Flags = self._tries >= self._patience
        if self.strength == 3:  # two that never meet need not be tried with every third
            tried |= ~_possible(self._rivals & (self._hid >= self._patience), self.strength)
        return tried

    def _find_rivals(self) -> Flags:
        """Which two both fire at times, but never together: one may hide the other.

        Once is not enough: a run that ends early hides many by chance. But the last try of a combination,
        before patience ends, must be one without a rival.
        """
        fires = self._fired > 0
        often = self._hid >= max(1, self._patience - 1)
        rivals: Flags = often & ~self._met & fires[:, None] & fires[None, :]
        return rivals

    def _weights(self) -> Weights:
        """How much it is worth to run each combination now: the chance that all its faults fire."""
        open_ = self._open() & (self._pending == 0)
        likely = ((self._fired + 1) / (self._planned + 1)).astype(np.float32)
        weights: Weights = np.divide(open_, 1 + self._tries, dtype=np.float32)
        for axis in range(self.strength):
            weights *= likely.reshape([-1 if axis == other else 1 for other in range(self.strength)])
        return weights

    def _row(
        self, weights: Weights, promised: Weights, chance: np.random.Generator
    ) -> tuple[list[int], float]:
        """A row that gains much, made fault by fault, and what it gains."""
        taste = 1 + chance.random(len(self.items), np.float32) * 1e-3  # to choose among equals
        free = np.ones(len(self.items), bool)
        row: list[int] = []
        gained, gain = 0.0, promised
        while len(row) < self.at_most:
            number = int(np.argmax(np.where(free, gain, 0) * taste))
            if not free[number] or gain[number] <= 0:
                break
            if len(row) >= self.strength - 1:
                gained += float(gain[number])
            gain = self._gain_beside(weights, row, number, gain)
            row.append(number)
            free[number] = False
            free &= ~self._apart[number]
            free[self._forbidden(row)] = False
            if len(row) >= self.strength:  # whom a rival may hide is tried without it
                free &= ~self._rivals[row].any(axis=0)
        return row, gained

    def _gain_beside(self, weights: Weights, row: list[int], number: int, gain: Weights) -> Weights:
        """What each fault adds once one more is in the row; before it can complete any, what it promises."""
        beside: Weights = weights[number]
        if self.strength == 3:
            beside = np.asarray(beside[row].sum(axis=0) if row else beside.sum(axis=0), np.float32)
        return gain + beside if len(row) >= self.strength - 1 else beside

    def _forbidden(self, row: list[int]) -> list[int]:
        """The faults that would complete a set known to fail."""
        mask = _mask(row)
        missing = (known & ~mask for known in self._known)
        return [rest.bit_length() - 1 for rest in missing if rest.bit_count() == 1]

    def _explained(self, fired: list[int]) -> bool:
        mask = _mask(fired)
        return any(known & ~mask == 0 for known in self._known)

    # -- numbers for items ---------------------------------------------------------------------------------

    def _numbers(self, items: Iterable[Item]) -> list[int]:
        return [self._number[item] for item in dict.fromkeys(items) if item in self._number]

    def _block(self, numbers: list[int]) -> tuple[NDArray[np.intp], ...]:
        """Where in the tables the combinations of these stand."""
        return np.ix_(*[np.array(numbers, dtype=np.intp)] * self.strength)

    def _count(self, flags: Flags) -> int:
        return int(np.count_nonzero(flags)) // factorial(self.strength)


def _mask(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in numbers)


def _apart(items: tuple[Item, ...], together: Together[Item] | None) -> Flags:
    """Which two exclude each other; none goes with itself."""
    apart = np.eye(len(items), dtype=bool)
    if together is not None:
        for row, one in enumerate(items):
            for column, other in enumerate(items[:row]):
                apart[row, column] = apart[column, row] = not together(one, other)
    return apart


def _possible(apart: Flags, strength: int) -> Flags:
    if strength == 2:
        return ~apart
    return ~(apart[:, :, None] | apart[:, None, :] | apart[None, :, :])


def _supersets(numbers: list[int], size: int, strength: int) -> Flags:
    """The combinations that hold all of these."""
    holds = np.ones((size,) * strength, bool)
    for number in numbers:
        found = np.zeros_like(holds)
        for axis in range(strength):
            np.moveaxis(found, axis, 0)[number] = True
        holds &= found
    return holds
