from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from tests.worlds.sanitise.treated import OTHER_KEY, treated

from agentprobe.worlds.characters import form_of
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.categories import Categories

USUAL = ["ACTIVE"] * 40 + ["closed"] * 30 + ["N/A"] * 25 + [""] * 22 + ["on hold"] * 20


def mapped(values: list[Any], stored: str = "text", **options: Any) -> list[Any]:
    return treated(Categories, values, role=Role.CATEGORY, stored=stored, **options)


def test_common_values_stay_with_their_dirt() -> None:
    dirty = USUAL + ["ACTIVE "] * 20 + ["n/a"] * 20
    assert mapped(dirty) == dirty


def test_blanks_capitals_and_broken_encodings_of_a_common_value_stay() -> None:
    rare = [" closed", "Closed", "ON HOLD", "active.", "cafÃ©", "caf��"]
    images = mapped(USUAL + ["café"] * 20 + rare)
    assert images[-len(rare) :] == rare


def test_a_typing_error_becomes_another_one_in_the_same_value() -> None:
    images = mapped([*USUAL, "clsoed", "ACTVE", "closedd"])
    for image, parent in zip(images[-3:], ("closed", "ACTIVE", "closed"), strict=True):
        assert OSA.distance(image, parent) == 1
    assert len(images[-2]) == 5
    assert len(images[-1]) == 7
    assert images[-2] != "ACTVE"


def test_any_other_rare_value_becomes_letters_of_its_form() -> None:
    images = mapped([*USUAL, "Zurich-VIP 7", "Zurich-VIP 7", "Wexford"])
    assert images[-3] == images[-2] != "Zurich-VIP 7"
    assert form_of(images[-3]) == "Aaaaaa-AAA 9"
    assert images[-1] != "Wexford"


def test_the_plan_says_what_is_common() -> None:
    assert mapped(["open", "shut"], common=1) == ["open", "shut"]
    assert mapped(["open", "shut"], common=2) != ["open", "shut"]


def test_rare_numbers_become_the_nearest_common_one_and_flags_stay() -> None:
    assert mapped([1] * 30 + [5] * 30 + [4, None, 77], "integer")[-3:] == [5, None, 5]
    assert mapped([True, False, None], "boolean") == [True, False, None]
    assert mapped([77], "integer") == [None]


@given(st.lists(st.text(max_size=12), min_size=1))
@settings(max_examples=40, deadline=None)
def test_equal_stays_equal_and_anything_can_be_a_category(values: list[str]) -> None:
    values = [value.encode("utf-8", "ignore").decode() for value in values]
    images = mapped(values + values)
    assert images[: len(values)] == images[len(values) :]


def test_the_key_decides_and_batches_do_not() -> None:
    values = USUAL + [f"Person {number} Surname" for number in range(19)]
    assert mapped(values) == mapped(values, batch=5)
    assert mapped(values)[-19:] != mapped(values, key=OTHER_KEY)[-19:]
