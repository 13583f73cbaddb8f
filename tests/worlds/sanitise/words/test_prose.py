"""What has a form in running text is replaced by its form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

Sanitise = Callable[..., Any]


def told(sanitise: Sanitise, *notes: str) -> list[str]:
    found: list[str] = sanitise({"notes": ("text", notes)}).columns["notes"]
    return found


def test_a_date_becomes_another_day_of_its_year_written_alike(sanitise: Sanitise) -> None:
    found = told(sanitise, "due 2024-03-05, then 2024-03-05", "due 7/4/2023.", "due 31/02/2024")
    first, second = re.findall(r"\d{4}-\d\d-\d\d", found[0])
    assert first == second != "2024-03-05"
    assert date.fromisoformat(first).year == 2024
    assert re.fullmatch(r"due \d{1,2}/\d{1,2}/2023\.", found[1])
    assert re.fullmatch(r"due \d\d/\d\d/\d{4}", found[2])
    assert found[2] != "due 31/02/2024"


@pytest.mark.parametrize(
    "number",
    [
        "06 12 34 56 78",
        "+44 (0)20 7946 0958",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "555-867-5309",
    ],
)
def test_a_long_number_with_blanks_in_it_is_gone_as_a_whole(sanitise: Sanitise, number: str) -> None:
    """Even where each of its parts stands in so many texts that it would stay alone."""
    usual = [f"paid {part} times" for part in re.findall(r"\d+", number) for _ in range(60)]
    *_, found = told(sanitise, *usual, f"call {number} now")
    assert re.sub(r"[A-Z0-9]", "9", found) == re.sub(r"[A-Z0-9]", "9", f"call {number} now")
    before, after = (re.findall(r"\d", text) for text in (number, found))
    assert sum(old == new for old, new in zip(before, after, strict=True)) < len(before) * 0.6


def test_a_number_of_many_texts_stays_and_no_other_becomes_it(sanitise: Sanitise) -> None:
    notes = ["open 24 hours"] * 60 + [f"open {hours} hours" for hours in range(10, 100) if hours != 24]
    found = told(sanitise, *notes)
    assert found[:60] == notes[:60]
    assert len(set(found[60:])) == 89
    assert "open 24 hours" not in found[60:]


def test_addresses_links_and_networks_in_text_keep_what_stands_around(sanitise: Sanitise) -> None:
    found = told(sanitise, "see (https://corp.example.com/a1?x=Zorba), ask 8.8.8.8: or zorba@corp.com!")[0]
    form = r"see \(https://\w+\.example\.com/\w\d\?\w=\w{5}\), ask [\d.]+: or \w{5}@\w{4}\.com!"
    assert re.fullmatch(form, found)
    assert "orba" not in found
    assert "8.8.8.8" not in found


def test_glued_blanks_are_blanks_again(sanitise: Sanitise) -> None:
    found = told(sanitise, "card 4111 1111\t1111 1111 ok")[0]
    assert re.fullmatch(r"card \d{4} \d{4}\s\d{4} \d{4} ok", found)
