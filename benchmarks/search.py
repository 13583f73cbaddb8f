"""How many runs it takes to find the set of faults that breaks an agent, and to name it exactly.

Run: python benchmarks/search.py

Forty faults; a pair or a triple of them breaks the agent, in some worlds six others end the run. All
searches face the same worlds, seed by seed. A run is a run: those with single faults, those that shrink and
those that confirm are counted too, unless a row says otherwise. It ends within three minutes.
"""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache

from agentprobe.basis.dice import Dice
from agentprobe.chaos.search.covering import Covering
from agentprobe.chaos.search.finder import AT_MOST, Finder, Result
from agentprobe.chaos.search.sequential import CERTAIN, Noise
from agentprobe.chaos.search.shrink import Shrinker

FAULTS, KILLERS, CAP = 40, 6, 5000
PAIRS, TRIPLES, TRIALS = 100, 30, 400
"""How many worlds, and how many rows to shrink."""
Rows = Iterator[Collection[int]]


@dataclass(frozen=True)
class World:
    """An agent that one set of faults breaks, and whose run some faults end."""

    seed: int
    bug: frozenset[int]
    killers: frozenset[int]
    order: tuple[int, ...]
    """In which order faults fire."""

    @classmethod
    def planted(cls, seed: int, size: int, killers: int) -> World:
        chance = random.Random(seed)
        chosen = chance.sample(range(FAULTS), size + killers)
        order = chance.sample(range(FAULTS), FAULTS)
        return cls(seed, frozenset(chosen[:size]), frozenset(chosen[size:]), tuple(order))

    def run(self, items: Collection[int]) -> Result[int]:
        fired: list[int] = []
        for item in sorted(items, key=self.order.index):
            fired.append(item)
            if item in self.killers:
                break
        stopped = bool(self.killers.intersection(fired))
        return Result(failed=self.bug <= set(fired), fired=frozenset(fired), stopped=stopped)


# -- ours ----------------------------------------------------------------------------------------------


def named(world: World, at_most: int, *, singles: bool) -> tuple[int | None, int | None]:
    """Runs until the set was struck first, and until it was named exactly."""
    finder = Finder(
        range(FAULTS), Dice(world.seed), strength=len(world.bug), at_most=at_most, singles=singles
    )
    while (order := finder.next()) is not None:
        finder.ran(order, world.run(order.items))
        if finder.findings:
            (finding,) = finder.findings
            exact = frozenset(finding.items) == world.bug
            return finding.found, sum(finder.runs.values()) if exact else None
    return None, None


# -- the others: until the set is struck, nothing is shrunk --------------------------------------------


def at_random(world: World, _: int) -> Rows:
    chance = random.Random(f"random {world.seed}")
    while True:
        yield chance.sample(range(FAULTS), chance.randint(1, 3))


def enumerated(world: World, _: int) -> Rows:
    """All singles, all pairs, all triples, each kind in any order."""
    chance = random.Random(f"enumerated {world.seed}")
    for size in (1, 2, 3):
        sets = list(itertools.combinations(range(FAULTS), size))
        chance.shuffle(sets)
        yield from sets


def plain_rows(world: World, at_most: int) -> Rows:
    """A covering array of as wide rows, planned once, that learns nothing from what it sees."""
    return iter(_array(world.seed % 10, len(world.bug), at_most))


@cache
def _array(seed: int, strength: int, at_most: int) -> list[Collection[int]]:
    covering, rows = Covering(range(FAULTS), strength=strength, at_most=at_most), list[Collection[int]]()
    while (row := covering.next_row(Dice(seed))) is not None:
        covering.ran(row, row, failed=False)
        rows.append(row)
    return rows


def struck(world: World, rows: Rows) -> int | None:
    """Runs until the set is struck; None if it never is."""
    for runs, row in enumerate(itertools.islice(rows, CAP), 1):
        if world.run(row).failed:
            return runs
    return None


# -- shrinking -----------------------------------------------------------------------------------------


def ours(row: list[int], noise: Noise, fails: Callable[[Collection[int]], bool]) -> tuple[set[int], int]:
    shrinker = Shrinker(row, noise)
    while (items := shrinker.next()) is not None:
        shrinker.ran(failed=fails(items))
    return set(shrinker.result or ()), shrinker.runs


@dataclass
class Counted:
    """A verdict out of so many runs each, by majority, and the runs spent."""

    fails: Callable[[Collection[int]], bool]
    of: int
    runs: int = 0

    def __call__(self, items: Collection[int]) -> bool:
        self.runs += self.of
        return sum(self.fails(items) for _ in range(self.of)) * 2 > self.of


def one_by_one(row: list[int], fails: Callable[[Collection[int]], bool]) -> set[int]:
    kept = list(row)
    for item in row:
        rest = [other for other in kept if other != item]
        if rest and fails(rest):
            kept = rest
    return set(kept)


def ddmin(row: list[int], fails: Callable[[Collection[int]], bool]) -> set[int]:
    """Zeller and Hildebrandt's, with what was run kept."""
    seen: dict[frozenset[int], bool] = {}

    def known(items: list[int]) -> bool:
        key = frozenset(items)
        if key not in seen:
            seen[key] = bool(items) and fails(items)
        return seen[key]

    kept, parts = list(row), 2
    while len(kept) > 1:
        cuts = [len(kept) * nth // parts for nth in range(parts + 1)]
        chunks = [kept[low:high] for low, high in itertools.pairwise(cuts)]
        rests = [[item for item in kept if item not in chunk] for chunk in chunks]
        if chunk := next((chunk for chunk in chunks if known(chunk)), None):
            kept, parts = chunk, 2
        elif rest := next((rest for rest in rests if known(rest)), None):
            kept, parts = rest, max(parts - 1, 2)
        elif parts == len(kept):
            break
        else:
            parts = min(len(kept), 2 * parts)
    return set(kept)


# -- the tables ----------------------------------------------------------------------------------------


def figures(values: list[int | None]) -> str:
    """Median, quartiles and the ninetieth of a hundred; `never` stands for none within the cap."""
    ordered = sorted(CAP * 10 if value is None else value for value in values)
    marks = [ordered[int(len(ordered) * part)] for part in (0.5, 0.25, 0.75, 0.9)]
    middle, low, high, most = ["never" if mark == CAP * 10 else str(mark) for mark in marks]
    found = sum(value is not None for value in values)
    return f"{middle:>6} ({low}–{high}), p90 {most:>5}, found {found}/{len(values)}"


def ratios(of: list[int | None], to: list[int | None]) -> str:
    """How many times as many runs, world by world, in the worlds where both found it."""
    each = [one / other for one, other in zip(of, to, strict=True) if one and other]
    low, middle, high = statistics.quantiles(each, n=4)
    return f"×{middle:.1f} ({low:.1f}–{high:.1f})"


def race(size: int, killers: int, count: int) -> None:
    """All searches on the same worlds."""
    worlds = [World.planted(seed, size, killers) for seed in range(count)]
    print(f"\n{size} of {FAULTS} faults break it" + (f", {killers} others end the run" if killers else ""))
    kinds = [(AT_MOST, True), (8, True)] if killers else [(AT_MOST, True), (AT_MOST, False), (8, False)]
    ours_struck: dict[bool, list[int | None]] = {}
    for at_most, singles in kinds:
        both = [named(world, at_most, singles=singles) for world in worlds]
        title = f"ours, rows of {at_most}, {'with' if singles else 'without'} singles: struck"
        print(f"  {title:46} {figures([one for one, _ in both])}")
        print(f"  {'  and named exactly':46} {figures([two for _, two in both])}")
        ours_struck.setdefault(singles, [one for one, _ in both])
    others = {
        "random 1–3 faults: struck": (at_random, 0),
        "enumeration: struck": (enumerated, 0),
        f"plain rows of {AT_MOST}, no singles: struck": (plain_rows, AT_MOST),
        "plain rows of 8, no singles: struck": (plain_rows, 8),
    }
    for title, (rows, at_most) in others.items():
        runs = [struck(world, rows(world, at_most)) for world in worlds]
        times = [
            f"{ratios(runs, figure)} ours {'with' if singles else 'without'} singles"
            for singles, figure in ours_struck.items()
        ]
        print(f"  {title:46} {figures(runs)}; {'; '.join(times)}", flush=True)


def shrink_exactly() -> None:
    """A verdict that deceives: rows of eight, one to three planted."""
    print("\nshrinking a row of 8 to the planted set, when a run fails 80 % of the time with it")
    for passes, size in itertools.product((0.2, 0.03), (1, 2, 3)):
        noise = Noise(fails=0.8, passes=passes)
        spent: dict[str, list[int]] = {"ours": [], "majority of 3": [], "majority of 5": []}
        exact = dict.fromkeys(spent, 0)
        for seed in range(TRIALS):
            chance = random.Random(seed)
            bug, row = set(chance.sample(range(8), size)), list(range(8))

            def fails(items: Collection[int], bug: set[int] = bug, chance: random.Random = chance) -> bool:
                return chance.random() < (0.8 if bug <= set(items) else passes)  # noqa: B023

            result, runs = ours(row, noise, fails)
            spent["ours"].append(runs)
            exact["ours"] += result == bug
            for of in (3, 5):
                counted = Counted(fails, of)
                exact[f"majority of {of}"] += one_by_one(row, counted) == bug
                spent[f"majority of {of}"].append(counted.runs)
        told = "; ".join(
            f"{name} {exact[name] / TRIALS:.1%} exact in {figures([*runs]).split(',')[0].strip()} runs"
            for name, runs in spent.items()
        )
        print(f"  {passes:4.0%} without, {size} planted: {told}")


def shrink_surely() -> None:
    """A verdict that can be trusted: ours beside ddmin and leaving out one by one."""
    print("\nshrinking when one run decides: median runs of ours / one by one / ddmin (all exact)")
    for length, size in itertools.product((8, 16, 32), (1, 2, 3)):
        spent: list[list[int]] = [[], [], []]
        for seed in range(TRIALS):
            bug = set(random.Random(seed).sample(range(length), size))
            row, counted = list(range(length)), [Counted(bug.issubset, 1) for _ in range(2)]
            result, runs = ours(row, CERTAIN, bug.issubset)
            assert result == one_by_one(row, counted[0]) == ddmin(row, counted[1]) == bug
            for kept, value in zip(spent, (runs, *(one.runs for one in counted)), strict=True):
                kept.append(value)
        middles = " / ".join(f"{statistics.median(kept):.0f}" for kept in spent)
        print(f"  row of {length:2}, {size} planted: {middles}")


def crowded() -> None:
    """Agents that bear few faults at once: the runs until all pairs are covered, by the allowed width."""
    print("\nall pairs of 40 covered, one failing pair among them: runs (median of 5), by the widest row")
    for title, ends, breaks in (("bears any number", 99, 99), ("ends at 6", 6, 99), ("breaks at 6", 99, 6)):
        told = [f"{width}: {_crowd(width, ends, breaks):.0f}" for width in (4, 8, 12, 16, 20)]
        print(f"  {title:18} {'   '.join(told)}")


def _crowd(width: int, ends: int, breaks: int) -> float:
    runs = []
    for seed in range(5):
        world = World.planted(seed, 2, 0)
        finder = Finder(range(FAULTS), Dice(seed), at_most=width, singles=False)
        while (order := finder.next()) is not None:
            items = sorted(order.items, key=world.order.index)[:ends]
            result = world.run(items)
            failed = result.failed or len(items) >= breaks
            stopped = len(items) >= ends
            finder.ran(order, Result(failed=failed, fired=result.fired, stopped=stopped))
        assert any(frozenset(finding.items) == world.bug for finding in finder.findings)
        runs.append(sum(finder.runs.values()))
    return statistics.median(runs)


def main() -> None:
    began, worked = time.perf_counter(), time.process_time()
    print(f"runs, {CAP} at most: median (quartiles); ratios are of runs until the set is struck by both")
    for size, killers, count in ((2, 0, PAIRS), (2, KILLERS, PAIRS), (3, 0, TRIPLES), (3, KILLERS, TRIPLES)):
        race(size, killers, count)
    shrink_exactly()
    shrink_surely()
    crowded()
    print(f"\n{time.perf_counter() - began:.0f} s, {time.process_time() - worked:.0f} of them at work")


if __name__ == "__main__":
    main()
