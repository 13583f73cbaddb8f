from __future__ import annotations

import random

import pytest

from agentprobe.chaos.search.sequential import CERTAIN, Noise, Trial
from agentprobe.errors import ConfigError


def test_one_run_decides_when_verdicts_are_certain() -> None:
    assert CERTAIN.certain
    assert CERTAIN.verdict(1, 1) is True
    assert CERTAIN.verdict(1, 0) is False


def test_one_failure_decides_when_nothing_fails_without_the_bug() -> None:
    noise = Noise(fails=0.5)
    assert noise.verdict(1, 0) is None
    assert noise.verdict(2, 1) is True


@pytest.mark.parametrize(
    ("passes", "rate", "wald", "exact", "said"),
    [
        (0.2, 0.8, 3.19, 4.85, 0.9846),
        (0.2, 0.2, 3.19, 4.85, 0.0154),
        (0.03, 0.8, 1.15, 1.41, 0.9587),
        (0.03, 0.03, 1.85, 2.06, 0.0318),
    ],
)
def test_the_numbers_of_the_docstring_are_true(
    passes: float, rate: float, wald: float, exact: float, said: float
) -> None:
    noise = Noise(fails=0.8, passes=passes, false_alarm=0.05, miss=0.05)
    expected = noise.expected(rate)
    assert round(noise.wald(rate), 2) == wald
    assert (round(expected.runs, 2), round(expected.fails, 4)) == (exact, said)
    page = Noise.__doc__ or ""
    assert any(
        line.split() == [str(passes), str(rate), f"{wald}", f"{exact}", f"{said}"]
        for line in page.splitlines()
    )


def test_the_expected_numbers_are_those_of_real_tests() -> None:
    noise, chance = Noise(fails=0.8, passes=0.2), random.Random(1)
    trials = [Trial(noise) for _ in range(4000)]
    for trial in trials:
        while trial.verdict is None:
            trial.ran(failed=chance.random() < 0.8)
    expected = noise.expected(0.8)
    assert sum(trial.runs for trial in trials) / 4000 == pytest.approx(expected.runs, rel=0.03)
    assert sum(trial.verdict is True for trial in trials) / 4000 == pytest.approx(expected.fails, abs=0.01)


@pytest.mark.parametrize("rates", [(0.8, 0.2), (0.8, 0.03), (0.5, 0.3), (0.95, 0.0)])
def test_no_error_is_likelier_than_allowed(rates: tuple[float, float]) -> None:
    fails, passes = rates
    noise = Noise(fails=fails, passes=passes, most_runs=400)
    assert noise.expected(passes).fails <= noise.false_alarm / (1 - noise.miss)
    assert 1 - noise.expected(fails).fails <= noise.miss / (1 - noise.false_alarm)


def test_the_cap_ends_every_test() -> None:
    noise = Noise(fails=0.51, passes=0.49, most_runs=7)
    trial = Trial(noise)
    for nth in range(7):
        assert trial.verdict is None
        trial.ran(failed=nth % 2 == 0)
    assert trial.verdict is True


def test_a_decision_stays() -> None:
    trial = Trial(CERTAIN)
    trial.ran(failed=True)
    trial.ran(failed=False)
    assert (trial.verdict, trial.runs, trial.least) == (True, 1, 0)


def test_no_fewer_runs_than_the_least_decide() -> None:
    noise = Noise(fails=0.8, passes=0.2)
    trial = Trial(noise)
    for _ in range(trial.least - 1):
        trial.ran(failed=True)
    assert trial.verdict is None
    trial.ran(failed=True)
    assert trial.verdict is True


@pytest.mark.parametrize(
    "wrong", [{"fails": 0.2, "passes": 0.2}, {"fails": 1.2}, {"miss": 0.0}, {"false_alarm": 0.5}]
)
def test_rates_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        Noise(**wrong)  # type: ignore[arg-type]  # no run counts among them


def test_a_cap_of_no_runs_is_refused() -> None:
    with pytest.raises(ConfigError):
        Noise(most_runs=0)


def test_earlier_runs_count_but_failures_among_them_prove_nothing_alone() -> None:
    noise = Noise(fails=0.8, passes=0.03)
    assert Trial.after(noise, 3, 0).verdict is False
    once = Trial.after(noise, 1, 1)
    assert (once.verdict, once.least) == (None, 1)
    once.ran(failed=True)
    assert once.verdict is True
    assert Trial.after(CERTAIN, 1, 1).verdict is True
