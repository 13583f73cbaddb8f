"""The axis of a drawn run: in order, within its bounds, and with long waits cut short."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.report.broken_axis import axis

GAPS = st.lists(st.floats(0, 1e300), max_size=130)


@given(GAPS)
def test_moments_stand_in_their_order_and_on_the_axis(gaps: list[float]) -> None:
    moments = list(accumulate(gaps, initial=0.0))
    laid = axis(moments)
    assert len(laid.at) == len(moments)
    assert all(0 <= at <= 1 for at in laid.at)
    assert all(a < b or b == 1 for a, b in pairwise(laid.at))
    assert all(0 <= cut.at <= 1 for cut in laid.cuts)


def test_a_wait_of_ten_minutes_is_cut_and_the_calls_around_it_stay_visible() -> None:
    laid = axis([0, 1, 2, 602, 603])
    (cut,) = laid.cuts
    assert cut.seconds == pytest.approx(600)
    assert laid.at[2] < cut.at < laid.at[3]
    widths = [b - a for a, b in pairwise(laid.at)]
    assert min(widths[0], widths[1], widths[3]) > 0.15


def test_several_long_waits_are_all_cut() -> None:
    laid = axis([0, 1, 601, 602, 1202, 1203, 1803, 1804])
    assert [cut.seconds for cut in laid.cuts] == [600, 600, 600]


def test_a_model_call_of_seconds_beside_tools_of_milliseconds_is_no_long_wait() -> None:
    assert axis([0, 8, 8.001, 8.002, 16, 16.001]).cuts == ()


def test_a_wait_beside_which_nothing_takes_time_is_not_cut() -> None:
    laid = axis([0, 0, 0, 600, 600, 600])
    assert laid.cuts == ()
    assert laid.at[3] - laid.at[2] > 0.6


def test_where_the_clock_stands_still_every_moment_has_the_same_room() -> None:
    assert axis([0, 0, 0, 0, 0]).at == pytest.approx((0, 0.25, 0.5, 0.75, 1))


def test_no_moment_and_one_moment_have_an_axis_too() -> None:
    assert axis([]).at == ()
    assert axis([7]).at == (0.0,)
