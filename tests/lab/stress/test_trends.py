"""Percentiles, comparisons and slopes: what they say of figures whose truth is known."""

from __future__ import annotations

import pytest

from agentprobe.basis.dice import Dice
from agentprobe.lab.stress.drift import trends_of
from agentprobe.lab.stress.found import MIXED_UP, Point, Session
from agentprobe.lab.stress.gather import Measured
from agentprobe.lab.stress.log import Sampled
from agentprobe.lab.stress.shape import burst, ramp
from agentprobe.lab.stress.trends import chance_of_more, percentile, rate_slope, slope

MB = 2**20


def _session(
    number: int, stage: int, *, seconds: float = 1.0, kind: str = "recovered", **more: object
) -> Session:
    began = float(number)
    told = {"task": "t", "began": began, "ended": began + seconds, **more}
    return Session(number=number, stage=stage, seconds=seconds, kind=kind, **told)  # type: ignore[arg-type]


def test_the_interval_of_a_percentile_holds_it_as_often_as_it_says() -> None:
    """Of 400 samples of 60 values between 0 and 1, nineteen in twenty hold the true 0.5 and 0.9."""
    dice, held = Dice(1), {0.5: 0, 0.9: 0}
    for number in range(400):
        stream = dice.at(number)
        values = [stream.random() for _ in range(60)]
        for share in held:
            found = percentile(values, share)
            held[share] += (found.low or 0.0) <= share <= (1.0 if found.high is None else found.high)
    assert all(times / 400 >= 0.93 for times in held.values())


def test_too_few_values_leave_an_end_open() -> None:
    found = percentile([1.0, 2.0, 3.0, 4.0, 5.0], 0.99)
    assert found.high is None
    assert 4 < found.value <= 5


def test_fishers_test_gives_its_textbook_value() -> None:
    """Three of four cups against one of four: 17 of 70 (Fisher, 1935)."""
    assert chance_of_more(3, 4, 1, 4) == pytest.approx(17 / 70)
    assert chance_of_more(0, 5, 0, 5) == 1


def test_a_slope_is_found_in_spite_of_wild_values() -> None:
    points = [Point(at=float(at), value=2.0 * at + (500 if at % 10 == 0 else 0)) for at in range(50)]
    found = slope(points)
    assert found is not None
    assert found.value == pytest.approx(120, rel=0.05)
    assert found.low is not None
    assert found.low > 0


def test_what_only_swings_has_no_slope() -> None:
    found = slope([Point(at=float(at), value=float(at % 7)) for at in range(70)], 0.99)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 0 <= found.high


def test_a_rate_that_rises_has_a_slope() -> None:
    found = rate_slope([Point(at=float(at), value=float(at > 50)) for at in range(100)])
    assert found is not None
    assert found.low is not None
    assert found.low > 0


def _sampled(megabytes: list[float]) -> list[Sampled]:
    return [
        Sampled(at=float(at), stage=0, under_way=4, resident_bytes=int(mb * MB), threads=9)
        for at, mb in enumerate(megabytes)
    ]


def _drifting(megabytes: list[float]) -> set[str]:
    sessions = [_session(number, 0) for number in range(50)]
    return {one.what for one in trends_of(sessions, _sampled(megabytes)) if one.drifts}


def test_memory_that_grows_to_the_end_drifts() -> None:
    assert _drifting([100 + at for at in range(60)]) == {"resident memory"}


def test_memory_that_levels_off_does_not() -> None:
    assert _drifting([100 + min(at, 20) * 2 for at in range(60)]) == set()


def test_memory_that_grows_by_next_to_nothing_does_not() -> None:
    assert _drifting([100 + at / 100 for at in range(60)]) == set()


def test_sessions_that_take_longer_and_longer_drift() -> None:
    sessions = [_session(number, 0, seconds=1 + number / 20) for number in range(60)]
    assert "seconds a session" in {one.what for one in trends_of(sessions, []) if one.drifts}


def _measured(base: list[str], *loaded: list[str]) -> Measured:
    levels = [base, *loaded]
    sessions = [
        _session(100 * stage + number, stage, kind=kind)
        for stage, kinds in enumerate(levels)
        for number, kind in enumerate(kinds)
    ]
    shape = ramp([2**stage for stage in range(len(levels))], sessions=20)
    return Measured(shape=shape, sessions=tuple(sessions), tolerated=())


GOOD = ["recovered"] * 20


def test_the_knee_is_the_lowest_level_that_is_surely_worse() -> None:
    measured = _measured(GOOD, ["stopped", *GOOD[1:]], ["stopped"] * 10 + GOOD[10:], ["stopped"] * 20)
    knee = measured.knee(measured.stages())
    assert knee is not None
    assert knee.concurrency == 4
    assert knee.why == "10 of 20 sessions fail at 4 at once, where 0 of 20 fail one at a time"


def test_a_level_that_is_as_bad_as_the_base_is_no_knee() -> None:
    measured = _measured(["stopped"] * 5 + GOOD[5:], ["stopped"] * 6 + GOOD[6:])
    assert measured.knee(measured.stages()) is None


def test_failures_of_too_few_sessions_are_neither_found_nor_denied() -> None:
    measured = _measured(GOOD[:3], ["stopped"] * 6 + GOOD[:4])
    stages = measured.stages()
    assert measured.knee(stages) is None
    assert measured.undecided(stages).startswith("6 of 10 sessions fail at 2 at once")
    one = _measured(GOOD, ["stopped", *GOOD[1:]])
    assert one.undecided(one.stages()) == ""


def test_a_level_that_is_many_times_slower_is_a_knee() -> None:
    slow = [_session(100 + n, 1, seconds=5 + n / 100) for n in range(20)]
    fast = [_session(n, 0) for n in range(20)]
    measured = Measured(shape=ramp([1, 8], sessions=20), sessions=(*fast, *slow))
    knee = measured.knee(measured.stages())
    assert knee is not None
    assert "more than 3 times the 1.00 s one at a time" in knee.why


def test_one_lie_under_load_is_a_finding_where_none_was_without() -> None:
    measured = _measured(GOOD, ["lied", *GOOD[1:]])
    assert list(measured.findings(measured.stages())) == [
        "1 session at 2 at once lied; one at a time none did"
    ]


def test_a_session_that_does_anothers_task_at_the_same_time_is_mixed_up() -> None:
    shape = burst(3, base=1)
    one = _session(1, 1, kind="lied", fits=("b",), began=0.0, ended=2.0)
    beside = _session(2, 1, task="b", began=1.0, ended=3.0)
    later = _session(2, 1, task="b", began=9.0, ended=10.0)
    assert Measured(shape=shape, sessions=(one, beside)).told[0].kind == MIXED_UP
    assert Measured(shape=shape, sessions=(one, later)).told[0].kind == "lied"
