from __future__ import annotations

import string
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds.sanitise.treated import OTHER_KEY, treated

from agentprobe.worlds.characters import form_of
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.codes import Codes


def mapped(values: list[str | None], **options: Any) -> list[Any]:
    return treated(Codes, values, role=Role.CODE, **options)


def luhn(text: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed([int(one) for one in text if one.isdigit()])):
        doubled = 2 * digit
        total += digit if place % 2 == 0 else doubled - 9 * (doubled > 9)
    return total % 10 == 0


def mod_97(text: str) -> bool:
    plain = text.replace(" ", "")
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def with_luhn(digits: str) -> str:
    return next(f"{digits}{last}" for last in range(10) if luhn(f"{digits}{last}"))


def with_check(country: str, rest: str) -> str:
    return next(one for check in range(2, 99) if mod_97(one := f"{country}{check:02d}{rest}"))


CODES = st.text(string.ascii_letters + string.digits + "-/ ", min_size=1, max_size=24)


@given(st.lists(CODES, min_size=1, unique=True))
@settings(max_examples=40, deadline=None)
def test_each_character_keeps_its_kind_and_different_codes_stay_different(values: list[str]) -> None:
    images = mapped([*values])
    assert [form_of(image) for image in images] == [form_of(value) for value in values]
    assert len(set(images)) == len(values)


@given(st.lists(st.from_regex(r"\A[0-9]{15}\Z"), min_size=1, unique=True))
@settings(max_examples=30, deadline=None)
def test_a_valid_card_stays_valid_and_an_invalid_one_invalid(values: list[str]) -> None:
    valid = [with_luhn(value) for value in values]
    broken = [f"{card[:-1]}{(int(card[-1]) + 3) % 10}" for card in valid]
    images = mapped([*valid, *broken])
    assert all(luhn(image) for image in images[: len(valid)])
    assert not any(luhn(image) for image in images[len(valid) :])
    assert len(set(images)) == len(set(valid) | set(broken))


@given(st.lists(st.from_regex(r"\A[A-Z]{4}[0-9]{14}\Z"), min_size=1, unique=True))
@settings(max_examples=30, deadline=None)
def test_a_valid_iban_stays_valid_of_its_country_and_an_invalid_one_invalid(values: list[str]) -> None:
    valid = [with_check("GB", value) for value in values]
    broken = [f"{one[:2]}{(int(one[2:4]) + 40) % 97:02d}{one[4:]}" for one in valid]
    images = mapped([*valid, *broken])
    assert all(mod_97(image) and image.startswith("GB") for image in images[: len(valid)])
    assert not any(mod_97(image) for image in images[len(valid) :])


def test_a_code_with_and_without_blanks_stays_one_code() -> None:
    images = mapped(
        ["GB82WEST12345698765432", "GB82 WEST 1234 5698 7654 32", "4111 1111 1111 1111", "4111111111111111"]
    )
    assert images[0] == images[1].replace(" ", "")
    assert images[2].replace(" ", "") == images[3]


def test_small_and_capital_letters_make_no_other_code() -> None:
    one, other = mapped(["ab12CD", "AB12cd"])
    assert one.upper() == other.upper()
    assert (one[:2].islower(), one[4:].isupper()) == (True, True)


@given(st.lists(st.from_regex(r"\A[A-Z]{2}[0-9]{6}\Z"), min_size=2, unique=True))
@settings(max_examples=30, deadline=None)
def test_codes_share_their_beginnings_as_before(values: list[str]) -> None:
    images = mapped([*values])
    for first, second, one, other in zip(values, values[1:], images, images[1:], strict=False):
        for length in range(1, 8):
            assert (first[:length] == second[:length]) == (one[:length] == other[:length])


def test_nearly_nothing_stays_as_it_was_and_another_key_gives_something_else() -> None:
    values: list[str | None] = [f"BK{number * 7919 % 10**8:08d}" for number in range(500)]
    images = mapped(values)
    assert not set(images) & set(values)
    assert images == mapped(values, batch=9)
    assert not set(images) & set(mapped(values, key=OTHER_KEY))


def test_odd_texts_nulls_and_numbers() -> None:
    images = mapped(["Ü-77", None, "", "x" * 100])
    assert images[1:3] == [None, ""]
    assert form_of(images[0]) == "A-99"
    assert len(images[3]) == 100
    assert treated(Codes, [None, 0], role=Role.CODE, stored="integer")[0] is None
