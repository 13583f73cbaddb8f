"""A question is cut into what may be looked up: runs of words, and the days that it speaks of."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.worlds.asked.phrases import Phrases


def test_marks_and_possessives_are_no_part_of_a_name() -> None:
    phrases = Phrases("Is “O'Brien's” order, from Bad Homburg, late?")
    assert {"o'brien", "bad homburg", "order"} <= phrases.runs.keys()
    assert phrases.proper("bad homburg")
    assert not phrases.proper("order")


@pytest.mark.parametrize(
    "way", ["2026-02-03", "3 February 2026", "3rd Feb 2026", "February 3, 2026", "Feb 3rd 2026"]
)
def test_a_day_is_understood_in_every_usual_way(way: str) -> None:
    assert Phrases(f"Book a visit on {way}, please.").days == {date(2026, 2, 3)}


@pytest.mark.parametrize("way", ["2026-02-30", "31 June 2026", "3 Brumaire 2026", "12 apples 1999"])
def test_what_is_no_day_is_left_out(way: str) -> None:
    assert Phrases(way).days == frozenset()


@given(st.text())
def test_any_text_can_be_cut(text: str) -> None:
    phrases = Phrases(text)
    assert all(phrases.proper(run) in (True, False) for run in phrases.runs)
    assert isinstance(phrases.days, frozenset)
