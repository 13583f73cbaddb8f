"""Sequences laid beside each other: nothing is paired wrongly, nothing needlessly left alone, and quickly."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.trace.diff import align
from agentprobe.trace.diff.align import aligned, gaps

FEW = st.lists(st.sampled_from("abc"), max_size=12)
MANY = st.lists(st.sampled_from("abcdefghijklmnop"), max_size=30)


def _longest(a: list[str], b: list[str]) -> int:
    """The length of the longest common subsequence, by the textbook."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@given(FEW | MANY, FEW | MANY)
def test_pairs_are_equal_and_rise_on_both_sides(a: list[str], b: list[str]) -> None:
    pairs = aligned(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))


@given(FEW | MANY, FEW | MANY)
def test_swapping_the_sides_swaps_the_pairs(a: list[str], b: list[str]) -> None:
    assert [(j, i) for i, j in aligned(b, a)] == aligned(a, b)


@given(MANY)
def test_a_sequence_is_wholly_itself(a: list[str]) -> None:
    assert aligned(a, a) == [(at, at) for at in range(len(a))]


@given(FEW | MANY, st.integers(0), st.sampled_from("abcz"))
def test_one_inserted_entry_is_one_insertion(a: list[str], at: int, entry: str) -> None:
    at %= len(a) + 1
    assert len(aligned(a, [*a[:at], entry, *a[at:]])) == len(a)


@given(FEW, FEW)
def test_where_few_edits_are_needed_no_match_is_missed(a: list[str], b: list[str]) -> None:
    found = align._shortest(a, b)
    assert found is not None
    assert len(found) == _longest(a, b)
    assert all(a[i] == b[j] for i, j in found)


@given(MANY, MANY)
def test_pairs_and_gaps_hold_every_entry_once(a: list[str], b: list[str]) -> None:
    pairs = aligned(a, b)
    open_ = list(gaps(pairs, len(a), len(b)))
    in_a = [*(i for i, _ in pairs), *(at for i, end, _, _ in open_ for at in range(i, end))]
    in_b = [*(j for _, j in pairs), *(at for _, _, j, end in open_ for at in range(j, end))]
    assert (sorted(in_a), sorted(in_b)) == (list(range(len(a))), list(range(len(b))))


def test_a_hundred_thousand_entries_that_share_little_are_still_paired() -> None:
    """The textbook's way would need ten thousand million steps here."""
    a = ["ab"[at * at // 7 % 2] for at in range(100_000)]
    b = ["ab"[at * at // 11 % 2] for at in range(100_000)]
    assert len(aligned(a, b)) > 1000
