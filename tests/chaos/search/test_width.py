from __future__ import annotations

from agentprobe.chaos.search.width import Width


def test_rows_are_narrowed_to_what_a_run_bore_but_at_most_by_half() -> None:
    width = Width(limit=16, least=2)
    width.broke(12)
    assert width.now == 12
    width.broke(1)
    assert width.now == 6


def test_each_time_it_takes_twice_as_many_good_rows_to_widen() -> None:
    width = Width(limit=16, least=2)
    width.broke(8)
    for _ in range(2):
        assert width.now == 8
        width.bore(8)
    assert width.now == 9
    width.broke(8)
    for _ in range(4):
        assert width.now == 8
        width.bore(8)
    assert width.now == 9


def test_it_keeps_its_limits() -> None:
    width = Width(limit=4, least=3)
    width.bore(4)
    assert width.now == 4
    width.broke(1)
    assert width.now == 3


def test_narrower_rows_than_allowed_prove_nothing() -> None:
    width = Width(limit=8, least=2)
    width.broke(6)
    for _ in range(9):
        width.bore(4)
    assert width.now == 6
