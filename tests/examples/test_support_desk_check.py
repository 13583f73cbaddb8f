"""Most of the support desk's tasks test nothing in the small world, and none does so in a dense one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from agentprobe.worlds.check import Weight, check


def test_the_small_world_tests_next_to_nothing_and_the_dense_one_everything(
    desk: SimpleNamespace, world_of: Callable[[int], Path]
) -> None:
    small = check(desk.tasks.make(world_of(10), 10), world_of(10))
    dense = check(desk.tasks.make(world_of(1_000), 1_000), world_of(1_000))
    assert sum(one.weight is Weight.NOTHING for one in small) >= 12
    assert {one.task for one in small if one.weight is Weight.SOMETHING} == {"visit-reid", "visit-campbell"}
    assert [one.task for one in dense if one.weight is not Weight.SOMETHING] == []


def test_what_is_flagged_comes_with_numbers_and_advice(
    desk: SimpleNamespace, world_of: Callable[[int], Path]
) -> None:
    found = {one.task: one for one in check(desk.tasks.make(world_of(10), 10), world_of(10))}
    phone = found["phone-george"]
    assert phone.said == (
        "rows of customers that fit all that is told (given_name, surname, suburb): 1; "
        "that fit the name alone: 1; whose name is nearly the same: 0"
    )
    assert "same_name_same_city" in phone.add
    assert phone.advice.endswith("or ask it in a denser world")
    assert "nearness of the best document" in found["policy-returns"].said
    assert "whose status is 'active'" in found["active-tickets"].said
