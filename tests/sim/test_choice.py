from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.errors import ConfigError
from agentprobe.sim.choice import draw, heaviest
from agentprobe.sim.policy import Option, say

WEIGHTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=6).filter(lambda weights: max(weights) > 0)


def shares(options: list[Option], temperature: float) -> Counter[str]:
    return Counter(draw(options, temperature, Random(seed)).answer.text for seed in range(2000))


def test_the_first_of_equally_heavy_options_is_the_heaviest() -> None:
    assert heaviest([say("a", weight=0.5), say("b"), say("c")]).answer.text == "b"


def test_at_temperature_one_options_are_drawn_by_their_weights() -> None:
    drawn = shares([say("often", weight=3), say("seldom", weight=1)], 1.0)
    assert 0.70 < drawn["often"] / drawn.total() < 0.80


def test_a_low_temperature_prefers_the_heavy_and_a_high_one_levels() -> None:
    options = [say("often", weight=3), say("seldom", weight=1)]
    assert shares(options, 0.2)["seldom"] < 20
    assert 0.40 < shares(options, 5.0)["seldom"] / 2000 < 0.50


@given(WEIGHTS, st.floats(1e-6, 100), st.integers())
def test_what_has_no_weight_is_never_drawn(weights: list[float], temperature: float, seed: int) -> None:
    options = [say(str(at), weight=weight) for at, weight in enumerate(weights)]
    assert draw(options, temperature, Random(seed)).weight > 0


def test_options_that_all_weigh_nothing_are_an_error() -> None:
    with pytest.raises(ConfigError, match="weight above 0"):
        draw([say("a", weight=0), say("b", weight=0)], 1.0, Random(1))
