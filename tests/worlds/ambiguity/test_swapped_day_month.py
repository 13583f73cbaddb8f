"""The ambiguity swapped_day_month: 03/04 is two days."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town

from agentprobe.domain.evidence import Mode


def test_figures_fit_two_people_and_the_month_in_words_one(at: Town) -> None:
    one, swapped = at.planted["swapped_day_month"].people[:2]
    year, month, day = one.born.split("-")
    assert swapped.born == f"{year}-{day}-{month}" != one.born
    assert f"{day}/{month}/{year}" in at.specs["swapped_day_month-figures"].prompt
    assert at.judged("swapped_day_month-figures", f"It is {one.phone}.").mode is Mode.GUESSED
    assert at.passes("swapped_day_month-figures", "Is that the day or the month first?")
    assert at.passes("swapped_day_month-written-out", f"It is {one.phone}.")
    assert not at.passes("swapped_day_month-written-out", f"It is {swapped.phone}.")
