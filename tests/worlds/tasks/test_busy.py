"""When somebody has no time: every meeting that takes time, also one that repeats, and none that does not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.worlds.planting.town import SCHEMA, event, town

from agentprobe.worlds.folder import TableWriter, WorldFolder
from agentprobe.worlds.planting.cast import cast_of
from agentprobe.worlds.planting.diary import at
from agentprobe.worlds.tasks.busy import busy_times
from agentprobe.worlds.tasks.truth import Truth

DAY = date(2026, 4, 8)
HOME, OTHER = 1, 2


def times(folder: Path, *, response: str = "accepted", organiser: int = OTHER, **changes: Any) -> list[int]:
    """The hours at which a calendar's meetings of the day begin, of a world with one meeting of that day."""
    import pyarrow as pa

    from agentprobe.worlds.arrow import schema_of

    world = town(folder / "w", 10)
    meeting = event(0) | {"event_id": 7, "organiser": organiser, "starts": at(DAY, 10), "ends": at(DAY, 11)}
    attendance = {"event_id": 7, "calendar_id": HOME, "response": response, "required": True}
    for name, row in (("events", meeting | changes), ("attendances", attendance)):
        table = SCHEMA.table(name)
        with TableWriter(world.path, table, part="0001") as writer:
            writer.add(pa.RecordBatch.from_pylist([row], schema_of(table)))
    with Truth(WorldFolder(world.path), cast_of(SCHEMA)) as truth:
        return [start.hour for start, _ in busy_times(truth, HOME, at(DAY, 8), at(DAY, 18))]


def test_a_meeting_that_was_accepted_or_called_takes_time(tmp_path: Path) -> None:
    assert times(tmp_path) == [10]
    (tmp_path / "own").mkdir()
    assert times(tmp_path / "own", organiser=HOME) == [10]


@pytest.mark.parametrize(
    ("response", "changes"),
    [
        ("declined", {}),
        (" DECLINED", {}),
        ("accepted", {"status": "CANCELLED"}),
        ("accepted", {"transparent": True}),
        ("accepted", {"starts": at(DAY, 18), "ends": at(DAY, 19)}),
    ],
)
def test_what_takes_no_time_is_left_out(tmp_path: Path, response: str, changes: dict[str, Any]) -> None:
    assert times(tmp_path, response=response, **changes) == []


def test_a_weekly_meeting_stands_on_its_clock_after_summer_time_began(tmp_path: Path) -> None:
    first = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # ten o'clock in Berlin, in winter
    weekly: dict[str, Any] = {
        "starts": first,
        "ends": first.replace(hour=10),
        "rule": "FREQ=WEEKLY",
        "time_zone": "Europe/Berlin",
    }
    assert times(tmp_path, **weekly) == [8]


def test_a_series_takes_time_up_to_its_end_by_its_own_clock(tmp_path: Path) -> None:
    last: dict[str, Any] = {
        "starts": datetime(2026, 3, 4, 9, 0, tzinfo=UTC),
        "ends": datetime(2026, 3, 4, 10, 0, tzinfo=UTC),
        "rule": "FREQ=WEEKLY;UNTIL=20260408T080000Z",
        "time_zone": "Europe/Berlin",
    }
    assert times(tmp_path, **last) == [8]


@pytest.mark.parametrize(("rule", "hours"), [("FREQ=WEEKLY;UNTIL=20260401T000000Z", []), ("no rule", [])])
def test_a_rule_that_has_ended_or_is_none_brings_nothing(tmp_path: Path, rule: str, hours: list[int]) -> None:
    first = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    assert times(tmp_path, starts=first, ends=first.replace(hour=10), rule=rule) == hours
