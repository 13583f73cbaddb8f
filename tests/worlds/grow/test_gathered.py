"""Columns that are written out at the end, and words that are spelled once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.worlds.grow.chance import Whole
from agentprobe.worlds.grow.gathered import Gathered, by_group
from agentprobe.worlds.grow.joined import Strings, strings
from agentprobe.worlds.grow.remembered import Remembered


@given(st.lists(st.integers(0, 3), min_size=1), st.data())
def test_changes_gaps_and_picks_are_those_of_the_written_column(
    places: list[int], data: st.DataObject
) -> None:
    column = Gathered(strings(["a", "b", "c", "d"]), np.array(places))
    rows = np.array(data.draw(st.lists(st.integers(0, len(places) - 1), unique=True)), np.int64)
    changed = column.changed([(rows, Gathered(strings([f"n{row}" for row in rows])))])
    wanted: list[str | None] = ["abcd"[place] for place in places]
    for row in rows.tolist():
        wanted[row] = f"n{row}"
    assert changed.written().to_pylist() == wanted
    upper = changed.mapped(lambda values: strings([str(value).upper() for value in values.to_pylist()]))
    assert upper.written().to_pylist() == [str(value).upper() for value in wanted]
    assert changed.picked(rows).written().to_pylist() == [wanted[row] for row in rows.tolist()]
    gaps = np.arange(len(places)) % 2 == 0
    assert changed.written(gaps).to_pylist() == [
        None if at % 2 == 0 else value for at, value in enumerate(wanted)
    ]


@given(st.lists(st.integers(0, 300)))
def test_rows_made_by_group_stand_where_they_stood(groups: list[int]) -> None:
    found = by_group(
        np.array(groups, np.int64),
        lambda group, rows: Gathered(strings([f"{group}:{row}" for row in rows.tolist()])),
        pa.string(),
    )
    assert found.written().to_pylist() == [f"{group}:{row}" for row, group in enumerate(groups)]


def test_a_word_is_spelled_once_unless_it_is_rare() -> None:
    asked: list[int] = []

    def spell(numbers: Whole) -> Strings:
        asked.extend(numbers.tolist())
        return strings([f"w{number}" for number in numbers.tolist()])

    words = Remembered(spell)
    for numbers in ([3, 5, 3, 1 << 40], [5, 3, 9], [1 << 40]):
        assert words.spelled(np.array(numbers)).written().to_pylist() == [f"w{number}" for number in numbers]
    assert [asked.count(number) for number in (3, 5, 9, 1 << 40)] == [1, 1, 1, 2]
