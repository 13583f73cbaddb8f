"""Times are found and moved in whatever way they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.chaos._times import is_time, moved, on_by

ZONES: st.SearchStrategy[Any] = st.none() | st.integers(-14 * 4, 14 * 4).map(
    lambda quarters: timezone(timedelta(minutes=15 * quarters))
)
MOMENTS = st.datetimes(
    min_value=datetime(1996, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2099, 1, 1),  # noqa: DTZ001 - the same
    timezones=ZONES | st.just(UTC),
)
SPELLINGS = st.sampled_from(
    [
        datetime.isoformat,
        lambda moment: moment.isoformat(sep=" ", timespec="milliseconds"),
        lambda moment: moment.isoformat(timespec="minutes"),
        lambda moment: moment.isoformat().replace("+00:00", "Z"),
        lambda moment: f"Sent at {moment.isoformat(timespec='seconds')}, it says.",
        lambda moment: format_datetime(moment.replace(microsecond=0)),
        lambda moment: int(moment.timestamp()),
        lambda moment: str(int(moment.timestamp() * 1000)),
        lambda moment: moment,
    ]
)


@given(MOMENTS, SPELLINGS, st.integers(-30_000_000, 30_000_000))
def test_what_is_moved_there_and_back_is_as_it_was(moment: datetime, spell: Any, seconds: int) -> None:
    seconds = seconds // 60 * 60 or 60
    there = moved({"sent_at": spell(moment)}, on_by(seconds))
    assert there != {"sent_at": spell(moment)}
    assert moved(there, on_by(-seconds)) == {"sent_at": spell(moment)}


@given(MOMENTS, SPELLINGS, st.integers(-30_000_000, 30_000_000))
def test_a_time_is_moved_by_what_was_asked_for(moment: datetime, spell: Any, seconds: int) -> None:
    seconds = seconds // 60 * 60 or 60
    later = moved({"sent_at": spell(moment)}, on_by(seconds))
    assert later == {"sent_at": spell(moment + timedelta(seconds=seconds))}


@given(st.text() | st.integers() | st.floats(allow_nan=False) | st.none())
def test_no_value_breaks_the_search(value: Any) -> None:
    is_time("created_at", value)
