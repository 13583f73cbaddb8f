"""Strike only what good runs really used, until something breaks or nothing is left that could."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from agentprobe.errors import ConfigError

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """No set of at most `k` of these faults breaks the goal.

    It holds as far as two things do: the supports name whatever the good runs used, and an agent that can
    still reach its goal in a way that it was seen to take does so.
    """

    k: int
    runs: int
    """How many runs it rests on."""
    supports: int
    """In how many ways the agent was seen to reach its goal."""
    candidates: int
    """Of how many faults the sets are made."""

    def __str__(self) -> str:
        return (
            f"no set of at most {self.k} of these {self.candidates} faults breaks the goal "
            f"({self.runs} runs, {self.supports} ways to reach it)"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample(Generic[Item]):
    """A set that breaks the goal, while no smaller one does as far as is known."""

    items: tuple[Item, ...]
    runs: int
    """How many runs it took until it was found."""


class Lineage(Generic[Item]):
    """Lineage-driven search: sets that hit every way in which the goal was reached so far.

    A set that leaves one of these ways whole cannot break the goal, so only hitting sets are run, smallest
    first (Alvaro, Rosen and Hellerstein, Lineage-driven Fault Injection, SIGMOD 2015). A run that passes all
    the same took a way that the set does not hit, and that way is learnt. The first set is empty: the run
    without faults gives the first way.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = tuple(dict.fromkeys(items))
        self._number = {item: number for number, item in enumerate(self.items)}
        self._supports: list[int] = []
        self._asked: set[int] = set()
        self._passed: set[int] = set()
        self._failing: list[tuple[int, int]] = []
        self._runs = 0

    @property
    def runs(self) -> int:
        """How many runs it was told of."""
        return self._runs

    @property
    def supports(self) -> tuple[frozenset[Item], ...]:
        """The ways in which the goal was reached, each as the faults that would hit it."""
        return tuple(frozenset(self._named(mask)) for mask in self._supports)

    @property
    def failing(self) -> frozenset[frozenset[Item]]:
        """The sets that were seen to break the goal."""
        return frozenset(frozenset(self._named(mask)) for mask, _ in self._failing)

    def next_set(self, most: int) -> tuple[Item, ...] | None:
        """A smallest set of at most so many faults that hits every known way and holds no failing set.

        Sets that were given and not yet told of are not given again, nor any that holds one of them, so that
        several may be under way. None when there is no other.
        """
        mask = next(self._untried(most), None)
        if mask is None:
            return None
        self._asked.add(mask)
        return self._named(mask)

    def ran(
        self,
        items: Collection[Item],
        *,
        failed: bool,
        support: Iterable[Item] | None = None,
        fired: Iterable[Item] | None = None,
    ) -> None:
        """Take what came of a run that was to strike these.

        `support` is what would hit the way that a passed run took; None if nobody can say, then only the set
        itself is known to be survived. `fired` is what really struck, all of it unless told. What struck and
        was survived is no part of the way.
        """
        asked = self._mask(items)
        struck = asked if fired is None else self._mask(fired)
        self._asked.discard(asked)
        self._runs += 1
        if failed:
            self._failing.append((struck, self._runs))
            return
        self._passed |= {asked, struck}
        if support is not None:
            self._learn(self._mask(support) & ~struck)

    def give_back(self, items: Collection[Item]) -> None:
        """Forget that this set was asked for: its run came to nothing, and it may be given again."""
        self._asked.discard(self._mask(items))

    def outcome(self, most: int) -> Certificate | Counterexample[Item] | None:
        """How the search for sets of at most so many faults has ended; None while it has not."""
        found = sorted(
            (mask.bit_count(), run, mask) for mask, run in self._failing if mask.bit_count() <= most
        )
        if found:
            _, run, mask = found[0]
            return Counterexample(items=self._named(mask), runs=run)
        if any(mask.bit_count() <= most for mask in self._asked) or self._remains(most):
            return None
        return Certificate(k=most, runs=self._runs, supports=len(self._supports), candidates=len(self.items))

    def _remains(self, most: int) -> bool:
        return next(self._untried(most), None) is not None

    def _learn(self, support: int) -> None:
        """Keep a way, unless one is known that needs no more: who hits the lesser hits both."""
        if any(known & ~support == 0 for known in self._supports):
            return
        self._supports = [known for known in self._supports if support & ~known != 0]
        self._supports.append(support)

    # -- hitting sets, as bits -----------------------------------------------------------------------------

    def _untried(self, most: int) -> Iterator[int]:
        """Every set still worth a run, the smaller before the larger."""
        order = self._by_use()
        for size in range(most + 1):
            yield from self._hitting(0, 0, size, order)

    def _by_use(self) -> list[int]:
        """The faults as bits; those that hit more of the known ways come first."""
        bits = [1 << number for number in range(len(self.items))]
        return sorted(bits, key=lambda bit: -sum(bool(known & bit) for known in self._supports))

    def _hitting(self, chosen: int, barred: int, size: int, order: list[int]) -> Iterator[int]:
        """Hitting sets of exactly this many more faults: branch over one way that is still whole.

        What an earlier branch tried is barred in the later ones, so that no set is made twice.
        """
        known = (*self._asked, *(mask for mask, _ in self._failing))
        if any(mask & ~chosen == 0 for mask in known):  # what is asked may fail: its supersets can wait
            return
        whole = [way & ~barred for way in self._supports if not way & chosen]
        if _at_least(whole) > size:
            return
        if not size:
            if chosen not in self._passed:
                yield chosen
            return
        choices = min(whole, key=int.bit_count) if whole else ~barred & ~chosen
        for bit in order:
            if choices & bit:
                yield from self._hitting(chosen | bit, barred, size - 1, order)
                barred |= bit

    def _mask(self, items: Iterable[Item]) -> int:
        unknown = [item for item in items if item not in self._number]
        if unknown:
            raise ConfigError(f"{unknown[0]!r} is none of the faults of this search")
        return sum(1 << self._number[item] for item in frozenset(items))

    def _named(self, mask: int) -> tuple[Item, ...]:
        return tuple(item for number, item in enumerate(self.items) if mask >> number & 1)


def _at_least(whole: list[int]) -> float:
    """How many faults it takes at least to hit these: ways that share nothing need one each."""
    taken = count = 0
    for known in sorted(whole, key=int.bit_count):
        if not known:
            return float("inf")  # a way that nothing can hit any more
        if not known & taken:
            taken |= known
            count += 1
    return count
