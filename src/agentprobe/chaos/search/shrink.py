"""Make a failing set of faults small: what remains still fails, and no fault of it can be left out."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Generic, TypeVar

from agentprobe.chaos.search.sequential import CERTAIN, Noise, Trial

Item = TypeVar("Item", bound=Hashable)
Answer = TypeVar("Answer")
Steps = Generator[tuple[tuple[Item, ...], Trial], None, Answer]
"""Sets on trial, each again and again until it is decided; what it says in the end."""

ONE_BY_ONE = 5
"""Up to so many faults each is left out in turn; above, halves are left out, which takes fewer runs."""
STRICTER = 10
"""So many times rarer a false alarm must be where a whole set is confirmed: many come that far by chance."""
ATTEMPTS = 3
"""How often to begin anew when the result does not stand up."""


class Shrinker(Generic[Item]):
    """Ask for runs of ever smaller parts of a failing set until no fault can be left out.

    It finds the fault without which the set, read from the front, does not fail yet, by halving; keeps it,
    and looks among those before it for the next, until those kept fail alone. That is about log2(n) runs for
    each fault of the result. Leaving out one by one takes n, which is less only where much of a short row is
    to blame; ddmin (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28,
    2002) takes more runs at every size measured in `benchmarks/search.py`. At the end each fault of the
    result is left out once, so that the result is 1-minimal whether or not more faults always break more.

    Where verdicts deceive, every step is decided by a sequential test. The whole set is tried first, and the
    result afresh at the end; if it does not stand up, all is forgotten and begun anew. No fault at all is
    never run: the agent without faults must have been seen to be sound.
    """

    def __init__(
        self,
        row: Iterable[Item],
        noise: Noise = CERTAIN,
        seen: Mapping[frozenset[Item], tuple[int, int]] | None = None,
    ) -> None:
        """`seen` tells of earlier runs of parts of the row: how many there were, how many failed."""
        self._row = tuple(dict.fromkeys(row))
        self._noise = noise
        self._seen = seen or {}
        self._trials: dict[frozenset[Item], Trial] = {}
        self._runs = 0
        self._confirming = False
        self._result: tuple[Item, ...] | None = None
        self._proved = True
        self._steps = self._search()
        self._now: tuple[tuple[Item, ...], Trial] | None = None
        self._step()

    @property
    def row(self) -> tuple[Item, ...]:
        """The set that it began with."""
        return self._row

    @property
    def done(self) -> bool:
        """Is there nothing more to run?"""
        return self._now is None

    @property
    def result(self) -> tuple[Item, ...] | None:
        """The small set, once done; None if the whole row turned out to hold."""
        return self._result

    @property
    def proved(self) -> bool:
        """Did a small set stand up? If not, the result is the whole row: it fails, and nobody knows why."""
        return self._proved

    @property
    def runs(self) -> int:
        """How many runs it took so far."""
        return self._runs

    @property
    def confirming(self) -> bool:
        """Is the next run there to see whether a whole set really fails?"""
        return self._confirming

    @property
    def least(self) -> int:
        """How many runs of the next set it needs at least: so many may go side by side."""
        return self._now[1].least if self._now else 0

    def next(self) -> tuple[Item, ...] | None:
        """The set to run, the same one until enough of its runs were told; None when done."""
        return self._now[0] if self._now else None

    def ran(self, *, failed: bool) -> None:
        """Take what came of a run of the set that `next` gave."""
        assert self._now is not None, "nothing was asked"
        self._runs += 1
        trial = self._now[1]
        trial.ran(failed=failed)
        if trial.verdict is not None:
            self._step()

    def _step(self) -> None:
        self._now = next(self._steps, None)

    # -- the search: each generator yields what to run and returns what it found ---------------------------

    def _search(self) -> Steps[Item, None]:
        for _ in range(ATTEMPTS):
            self._trials.clear()
            if not (yield from self._stands(self._row)):
                return
            reduced = yield from (self._one_by_one() if len(self._row) <= ONE_BY_ONE else self._by_halves())
            small = yield from self._bare(reduced)
            if small == self._row or (yield from self._stands(small)):
                self._result = small
                return
        self._result, self._proved = self._row, False

    def _stands(self, items: tuple[Item, ...]) -> Steps[Item, bool]:
        """Does a set that seemed to fail do so once more, with the runs that made it seem so left aside?"""
        if self._noise.certain:
            return True
        self._confirming = True
        trial = Trial(replace(self._noise, false_alarm=self._noise.false_alarm / STRICTER))
        while trial.verdict is None:
            yield items, trial
        self._confirming = False
        self._trials[frozenset(items)] = trial
        return trial.verdict

    def _fails(self, items: tuple[Item, ...]) -> Steps[Item, bool]:
        if not items:
            return False
        trial = self._trial(frozenset(items))
        while trial.verdict is None:
            yield items, trial
        return trial.verdict

    def _trial(self, items: frozenset[Item]) -> Trial:
        if items not in self._trials:
            self._trials[items] = Trial.after(self._noise, *self._seen.get(items, (0, 0)))
        return self._trials[items]

    def _one_by_one(self) -> Steps[Item, tuple[Item, ...]]:
        kept = self._row
        for item in self._row:
            rest = _without(kept, item)
            if (yield from self._fails(rest)):
                kept = rest
        return kept

    def _by_halves(self) -> Steps[Item, tuple[Item, ...]]:
        kept: tuple[Item, ...] = ()
        rest = self._row
        while rest and not (yield from self._fails(kept)):
            low, high = 1, len(rest)  # kept and the first `high` of the rest fail; with fewer than `low` not
            while low < high:
                middle = (low + high) // 2
                if (yield from self._fails((*rest[:middle], *kept))):
                    high = middle
                else:
                    low = middle + 1
            kept, rest = (rest[high - 1], *kept), rest[: high - 1]
        return kept

    def _bare(self, items: tuple[Item, ...]) -> Steps[Item, tuple[Item, ...]]:
        """Leave out whatever can be left out, until nothing can."""
        tried = 0
        while tried < len(items):
            rest = _without(items, items[tried])
            if (yield from self._fails(rest)):
                items, tried = rest, 0
            else:
                tried += 1
        return items


def _without(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    return tuple(other for other in items if other != item)
