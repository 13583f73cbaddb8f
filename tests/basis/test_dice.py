from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.basis.dice import Dice


@given(st.integers(), st.lists(st.text()), st.lists(st.text()))
def test_a_throw_depends_on_seed_and_address_alone(seed: int, address: list[str], other: list[str]) -> None:
    quiet, busy = Dice(seed), Dice(seed)
    busy.at(*other).random()
    assert quiet.at(*address).random() == busy.at(*address).random()


def test_addresses_do_not_run_into_each_other() -> None:
    dice = Dice(7)
    assert dice.at("a", "bc").random() != dice.at("ab", "c").random()


def test_chance_is_about_as_often_as_it_says() -> None:
    dice = Dice(1)
    assert 230 < sum(dice.chance(0.25, number) for number in range(1000)) < 270


def test_a_fork_is_another_tree() -> None:
    assert Dice(1).fork("run", 3).at("x").random() != Dice(1).at("x").random()
