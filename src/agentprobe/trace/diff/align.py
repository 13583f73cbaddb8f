"""Two sequences laid beside each other: which entries of one are which of the other.

Common ends are set aside, then entries that occur once on both sides are anchors, then what lies between
them is matched as well as it can be. The time grows with the length, not with its square, so that a hundred
thousand steps take seconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import count
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
Pairs = list[tuple[int, int]]
"""Places in the first and the second sequence that belong together, rising on both sides."""
Block = tuple[int, int, int, int]
"""A stretch of both sequences: from, to in the first, and from, to in the second."""

MOST_EDITS = 250
"""Within a stretch without anchors the best match is looked for among so many differences."""


def aligned(a: Sequence[str], b: Sequence[str]) -> Pairs:
    """Match equal entries in order; swapping the sequences swaps the pairs and changes nothing else."""
    if (len(b), list(b)) < (len(a), list(a)):
        return [(i, j) for j, i in _aligned(b, a)]
    return _aligned(a, b)


def gaps(pairs: Pairs, a: int, b: int) -> Iterator[Block]:
    """The stretches between matched entries of sequences of these lengths, where there is anything."""
    i = j = 0
    for next_i, next_j in [*pairs, (a, b)]:
        if next_i > i or next_j > j:
            yield i, next_i, j, next_j
        i, j = next_i + 1, next_j + 1


def common_ends(a: Sequence[K], b: Sequence[K]) -> tuple[int, int]:
    """How many entries are the same at the beginning, and how many of the others at the end."""
    shorter = min(len(a), len(b))
    head = next((n for n in range(shorter) if a[n] != b[n]), shorter)
    rest = shorter - head
    tail = next((n for n in range(rest) if a[-1 - n] != b[-1 - n]), rest)
    return head, tail


def _aligned(a: Sequence[str], b: Sequence[str]) -> Pairs:
    pairs: Pairs = []
    blocks: list[Block] = [(0, len(a), 0, len(b))]
    while blocks:
        i, a_end, j, b_end = blocks.pop()
        head, tail = common_ends(a[i:a_end], b[j:b_end])
        pairs += zip(range(i, i + head), range(j, j + head), strict=True)
        pairs += zip(range(a_end - tail, a_end), range(b_end - tail, b_end), strict=True)
        i, a_end, j, b_end = i + head, a_end - tail, j + head, b_end - tail
        if i == a_end or j == b_end:
            continue
        inner_a, inner_b = a[i:a_end], b[j:b_end]
        anchors = _rising(_once(inner_a), _once(inner_b))
        found = anchors or _matched(inner_a, inner_b)
        pairs += [(i + x, j + y) for x, y in found]
        if anchors:
            inner = gaps(anchors, len(inner_a), len(inner_b))
            blocks += [(i + x, i + x_end, j + y, j + y_end) for x, x_end, y, y_end in inner]
    return sorted(pairs)


def _once(entries: Sequence[str]) -> dict[str, int]:
    """The entries that occur once, and where."""
    times = Counter(entries)
    return {entry: place for place, entry in enumerate(entries) if times[entry] == 1}


def _matched(a: Sequence[str], b: Sequence[str]) -> Pairs:
    """The longest match where few edits are needed; otherwise the first with the first, the second with …"""
    found = _shortest(a, b)
    return found if found is not None else _rising(_numbered(a), _numbered(b))


def _numbered(entries: Sequence[str]) -> dict[tuple[str, int], int]:
    """Each entry with how often it has come before, and where."""
    seen: defaultdict[str, Iterator[int]] = defaultdict(count)
    return {(entry, next(seen[entry])): place for place, entry in enumerate(entries)}


def _rising(a: dict[K, int], b: dict[K, int]) -> Pairs:
    """The longest selection of common keys whose places rise on both sides."""
    pairs = [(place, b[key]) for key, place in a.items() if key in b]
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
        last[at : at + 1] = [number]
        before.append(last[at - 1] if at else None)
    return list(_chain(pairs, before, last[-1] if last else None))[::-1]


def _chain(pairs: Pairs, before: list[int | None], end: int | None) -> Iterable[tuple[int, int]]:
    while end is not None:
        yield pairs[end]
        end = before[end]


def _shortest(a: Sequence[str], b: Sequence[str]) -> Pairs | None:
    """The match with the fewest edits (Myers, 1986); None where it needs more than `MOST_EDITS`."""
    trail: list[dict[int, int]] = []
    reach = {1: 0}
    for edits in range(min(MOST_EDITS, len(a) + len(b)) + 1):
        trail.append(dict(reach))
        low, high = edits - 2 * max(0, edits - len(b)), edits - 2 * max(0, edits - len(a))
        for diagonal in range(-low, high + 1, 2):
            x = _step(reach, diagonal, edits)
            while x < len(a) and x - diagonal < len(b) and a[x] == b[x - diagonal]:
                x += 1
            reach[diagonal] = x
            if x >= len(a) and x - diagonal >= len(b):
                return list(_back(trail, len(a), len(b)))[::-1]
    return None


def _step(reach: dict[int, int], diagonal: int, edits: int) -> int:
    """How far one more edit leads on a diagonal: by an entry of the second, or by one of the first."""
    down, right = reach.get(diagonal + 1, -1), reach.get(diagonal - 1, -1)
    return down if diagonal == -edits or (diagonal != edits and right < down) else right + 1


def _back(trail: list[dict[int, int]], x: int, y: int) -> Iterator[tuple[int, int]]:
    """The matches along the way that led to the end, from the last to the first."""
    for edits in range(len(trail) - 1, -1, -1):
        reach = trail[edits]
        begun = _step(reach, x - y, edits)
        diagonal = x - y
        while x > begun and x > 0 and y > 0:
            x, y = x - 1, y - 1
            yield x, y
        from_above = diagonal == -edits or (
            diagonal != edits and reach.get(diagonal - 1, -1) < reach.get(diagonal + 1, -1)
        )
        x, y = (x, y - 1) if from_above else (x - 1, y)
