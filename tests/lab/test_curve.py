"""The edge is found where the evidence puts it, and nowhere else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.lab.curve import Bracket, bracket
from agentprobe.lab.statistics import Tally

GOOD, BAD = [Tally(3, 3)] * 30, [Tally(0, 3)] * 30
LEVELS = st.dictionaries(
    st.sampled_from([10, 100, 1_000, 10_000, 100_000]),
    st.lists(st.builds(Tally, st.integers(0, 3), st.just(3)), min_size=1, max_size=40),
)


def test_an_agent_that_collapses_is_proven_below_and_broken_above() -> None:
    assert bracket({10: GOOD, 1_000: GOOD, 100_000: BAD}, 0.9) == Bracket(1_000, 100_000)


def test_a_level_that_cannot_be_shown_ends_the_walk() -> None:
    assert bracket({10: GOOD, 1_000: GOOD[:5], 100_000: GOOD}, 0.9) == Bracket(10, None)


def test_too_little_evidence_proves_neither() -> None:
    assert bracket({10: [Tally(3, 3)] * 3, 1_000: [Tally(1, 3)]}, 0.9) == Bracket(None, None)


def test_without_levels_there_is_no_edge() -> None:
    assert bracket({}, 0.9) == Bracket(None, None)


@given(LEVELS, st.floats(0.05, 0.95))
def test_nothing_is_both_proven_and_broken(levels: dict[int, list[Tally]], required: float) -> None:
    edge = bracket(levels, required)
    if edge.proven_to is not None and edge.broken_from is not None:
        assert edge.proven_to < edge.broken_from
