"""Days are read from any column and written back in its own form."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.worlds.planting.days import as_day, as_moment, day_of, moment_of, spelled, written
from agentprobe.worlds.schema import Column

DAY = date(1980, 4, 3)


@pytest.mark.parametrize(
    "text", ["1980-04-03", "19800403", "03/04/1980", "03.04.1980", "1980-04-03 10:00:00"]
)
def test_a_day_keeps_the_form_of_its_column(text: str) -> None:
    column = Column(name="born", kind="text")
    assert day_of(text) == DAY
    other = as_day(column, date(1999, 12, 31), text)
    assert day_of(other) == date(1999, 12, 31)
    assert len(other) == len(text)
    assert re.sub(r"\d", "9", other) == re.sub(r"\d", "9", text)


@pytest.mark.parametrize("value", [None, "", "soon", "1980-13-45", 7])
def test_what_is_no_day_is_none(value: object) -> None:
    assert day_of(value) is None
    assert moment_of(value) is None


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_way_to_write_a_day_is_found_in_an_answer(day: date) -> None:
    ways = (
        day.isoformat(),
        spelled(day),
        f"{day:%B} {day.day}, {day.year}",
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%Y}",
    )
    for way in ways:
        assert re.search(written(day), f"It is on {way}.")


def test_another_day_is_not_found() -> None:
    assert not re.search(written(DAY), "It is on 4 April 1980 or on 1980-04-13.")


def test_moments_are_in_utc_where_the_column_says_its_zone() -> None:
    moment = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    assert as_moment(Column(name="a", kind="timestamp", zoned=True), moment) == moment
    assert as_moment(Column(name="a", kind="timestamp"), moment) == moment.replace(tzinfo=None)
    assert moment_of("2026-01-05 09:30:00") == moment
    assert as_moment(Column(name="a", kind="text"), moment) == "2026-01-05 09:30:00"
