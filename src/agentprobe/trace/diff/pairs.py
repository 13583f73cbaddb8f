"""Which step of one run is which of the other: one inserted step does not make the rest differ."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agentprobe.domain.call import Kind
from agentprobe.trace.diff.align import Block, Pairs, aligned, common_ends, gaps
from agentprobe.trace.diff.steps import Cause, ModelStep, ToolStep

AnyStep = ModelStep | ToolStep
NEAR = 16
"""A tool call that comes at most so many steps earlier or later in the other run is the same one, moved."""


class Fate(StrEnum):
    """What became of a step on the way from one run to the other."""

    SAME = "same"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "only in A"
    ADDED = "only in B"


@dataclass(frozen=True, slots=True)
class Pair:
    """A step of one run beside its counterpart in the other."""

    a: AnyStep | None
    b: AnyStep | None
    causes: tuple[Cause, ...] = ()
    """In what they differ, the explanation first."""
    moved: bool = False

    @property
    def fate(self) -> Fate:
        """What became of the step; another time alone changes nothing."""
        if self.a is None:
            return Fate.ADDED
        if self.b is None:
            return Fate.REMOVED
        if self.moved:
            return Fate.MOVED
        return Fate.CHANGED if set(self.causes) - {Cause.TIMING} else Fate.SAME

    @property
    def step(self) -> AnyStep:
        """The step, of the first run where it has it."""
        found = self.a or self.b
        assert found is not None
        return found


def paired(left: Sequence[AnyStep], right: Sequence[AnyStep]) -> list[Pair]:
    """All steps of both runs in one order, each beside its counterpart where it has one."""
    found = list(_paired(left, right))
    return sorted(found, key=_places(found))


def _places(found: Iterable[Pair]) -> Callable[[Pair], tuple[int, int, int]]:
    """Where a pair stands: what one run alone has goes before the next step that both have in order."""
    rails = sorted((pair.a.number, pair.b.number) for pair in found if pair.a and pair.b and not pair.moved)
    in_a, in_b = [a for a, _ in rails], [b for _, b in rails]

    def place(pair: Pair) -> tuple[int, int, int]:
        if pair.a is None:
            return bisect_left(in_b, pair.step.number), 1, pair.step.number
        last = 0 if pair.moved or pair.b is None else 2
        return bisect_left(in_a, pair.a.number), last, pair.a.number

    return place


def _paired(left: Sequence[AnyStep], right: Sequence[AnyStep]) -> Iterator[Pair]:
    """Steps that were asked the same, then steps of the same kind at the same place, then the rest."""
    same = _same(left, right)
    yield from (Pair(left[i], right[j]) for i, j in same)
    open_ = list(gaps(same, len(left), len(right)))
    moved = list(_moved(left, right, open_))
    yield from (Pair(left[i], right[j], moved=True) for i, j in moved)
    gone = {left[i] for i, _ in moved} | {right[j] for _, j in moved}
    for i, i_end, j, j_end in open_:
        yield from _alike(
            [step for step in left[i:i_end] if step not in gone],
            [step for step in right[j:j_end] if step not in gone],
        )


def _same(left: Sequence[AnyStep], right: Sequence[AnyStep]) -> Pairs:
    """What is equal to the byte at both ends need not be read; the rest is matched by what was asked anew."""
    head, tail = common_ends([step.exact for step in left], [step.exact for step in right])
    a_end, b_end = len(left) - tail, len(right) - tail
    inner = aligned([step.key for step in left[head:a_end]], [step.key for step in right[head:b_end]])
    return [
        *((at, at) for at in range(head)),
        *((head + i, head + j) for i, j in inner),
        *((a_end + at, b_end + at) for at in range(tail)),
    ]


def _moved(
    left: Sequence[AnyStep], right: Sequence[AnyStep], open_: Iterable[Block]
) -> Iterator[tuple[int, int]]:
    """Tool calls that both runs made, near to each other, in another order."""
    waiting: dict[bool, defaultdict[str, deque[tuple[int, int]]]]
    waiting = {True: defaultdict(deque), False: defaultdict(deque)}
    for i, i_end, j, j_end in open_:
        mine = [(True, at, at - i + j, left[at]) for at in range(i, i_end)]
        theirs = [(False, at, at, right[at]) for at in range(j, j_end)]
        for first, at, place, step in [*mine, *theirs]:
            if step.kind is not Kind.TOOL:
                continue
            others = waiting[not first][step.key]
            while others and place - others[0][1] > NEAR:
                others.popleft()
            if not others or others[0][1] - place > NEAR:
                waiting[first][step.key].append((at, place))
            else:
                other, _ = others.popleft()
                yield (at, other) if first else (other, at)


def _alike(left: list[AnyStep], right: list[AnyStep]) -> Iterator[Pair]:
    """Between two matches: the same kind of step; then as many tools in the place of as many others."""
    pairs = aligned([step.site for step in left], [step.site for step in right])
    yield from (Pair(left[i], right[j]) for i, j in pairs)
    for i, i_end, j, j_end in gaps(pairs, len(left), len(right)):
        if i_end - i == j_end - j and _are_tools([*left[i:i_end], *right[j:j_end]]):
            yield from map(Pair, left[i:i_end], right[j:j_end])
        else:
            yield from (Pair(step, None) for step in left[i:i_end])
            yield from (Pair(None, step) for step in right[j:j_end])


def _are_tools(found: Iterable[AnyStep]) -> bool:
    return all(step.kind is Kind.TOOL for step in found)
