from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from agentprobe.worlds.shape.persons import People
from agentprobe.worlds.shape.slips import moved_of, recurs_of, slips_of, turned_of


def people(each: int, many: int = 60) -> People:
    """So many persons with so many records each."""
    return People(np.repeat(np.arange(many), each), np.tile(np.arange(each) == 0, many))


def test_turned_names_are_seen_also_where_a_letter_is_wrong() -> None:
    given = pa.array(["Bailee", "Bailee", "Dent", "Dentt", "Kim", "Kim", "Kim", "Bo"])
    surname = pa.array(["Dent", "Dent", "Bailee", "Bailee", "Lee", "Lee", "Lee", None])
    assert turned_of(given, surname, people(4, 2)).to_pylist() == [False, False, True, True] + [False] * 4


def test_values_that_come_again_in_a_persons_records_recur() -> None:
    taking_turns = pa.array([f"{person} {record % 2}" for person in range(60) for record in range(6)])
    each_its_own = pa.array([f"{person} {record}" for person in range(60) for record in range(6)])
    changed = [1 - (slips_of(values, people(6)) or ((), 1.0))[1] for values in (taking_turns, each_its_own)]
    assert changed == pytest.approx([0.6, 1.0])
    assert recurs_of(taking_turns, people(6), changed[0]) > 0.5
    assert recurs_of(each_its_own, people(6), changed[1]) == 0.0
    assert recurs_of(each_its_own, people(1, 360), 0.0) == 0.0


def test_another_name_is_no_slip() -> None:
    names = pa.array(["Keziah", "Keziah", "Kezih", "William"] * 60)
    assert moved_of(names, people(4)).tolist() == [False, False, False, True] * 60
