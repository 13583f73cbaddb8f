from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds.sanitise.treated import OTHER_KEY, treated

from agentprobe.worlds.characters import form_of
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.phones import Phones


def mapped(values: list[str | None], **options: Any) -> list[Any]:
    return treated(Phones, values, role=Role.PHONE, **options)


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


NUMBERS = st.from_regex(r"\A(\+[1-9][0-9]{0,2} ?|00[1-9][0-9]|0|)[2-9][0-9 ()-]{5,12}\Z")


@given(st.lists(NUMBERS, min_size=1))
@settings(max_examples=40, deadline=None)
def test_format_and_length_stay(values: list[str]) -> None:
    assert [form_of(image) for image in mapped([*values])] == [form_of(value) for value in values]


@given(st.lists(st.from_regex(r"\A[2-9][0-9]{8}\Z"), min_size=2, unique=True))
@settings(max_examples=30, deadline=None)
def test_different_numbers_stay_different_and_common_beginnings_common(values: list[str]) -> None:
    images = mapped([*values])
    assert len(set(images)) == len(values)
    for first, second, one, other in zip(values, values[1:], images, images[1:], strict=False):
        for length in range(1, 10):
            assert (first[:length] == second[:length]) == (one[:length] == other[:length])


def test_one_number_in_several_formats_stays_one_number() -> None:
    images = mapped(
        ["+61 2 9374 4000", "(02) 9374 4000", "0061293744000", "02-9374-4000", "+61 (2) 93744000"]
    )
    national = {digits(image)[-9:] for image in images}
    assert len(national) == 1
    assert national != {"293744000"}


def test_country_code_and_trunk_zero_stay() -> None:
    images = mapped(["+44 7700 900123", "07700 900123", "+1 (212) 555-0100", "+353 1 234 5678"])
    assert images[0].startswith("+44 ")
    assert images[1].startswith("0")
    assert images[2].startswith("+1 (")
    assert images[3].startswith("+353 ")
    assert digits(images[0])[2:] == digits(images[1])[1:]


def test_a_number_never_begins_to_look_like_one_with_a_trunk_zero() -> None:
    images = mapped([f"{number}" for number in range(212_555_0000, 212_555_0300)])
    assert all(image[0] in "23456789" for image in images)


def test_what_is_no_number_stays_and_odd_signs_do_no_harm() -> None:
    assert mapped(["n/a", "", None, "unknown"]) == ["n/a", "", None, "unknown"]
    assert form_of(mapped(["☎ 12345"])[0]) == "☎ 99999"


def test_numbers_in_an_integer_column_stay_numbers_of_the_length() -> None:
    images = treated(Phones, [61_412_345_678, None, 212], role=Role.PHONE, stored="integer")
    assert len(str(images[0])) == 11
    assert images[1] is None
    assert 100 <= images[2] <= 999


def test_the_key_decides() -> None:
    values: list[str | None] = [f"+61 4{number:08d}" for number in range(200)]
    assert mapped(values) == mapped(values, batch=13)
    assert not set(mapped(values)) & set(mapped(values, key=OTHER_KEY))
