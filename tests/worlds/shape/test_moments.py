from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from agentprobe.worlds.shape.counting import Counting
from agentprobe.worlds.shape.model import Moment
from agentprobe.worlds.shape.moments import micros_of, moment_of


def told(days: np.ndarray[tuple[int], np.dtype[np.int32]]) -> Moment:
    return moment_of(*micros_of(pa.array(days).cast(pa.date32())), Counting(), {})


def drawn() -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Days of forty years, evenly."""
    return np.random.default_rng(3).integers(-20_000, -5_400, 4000).astype(np.int32)


def test_birthdays_of_which_only_the_year_is_known_are_told_apart() -> None:
    days = drawn()
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int32)
    found = told(np.where(np.arange(len(days)) % 5 < 2, years, days))
    assert found.yearly == pytest.approx(0.4, abs=0.01)
    assert found.monthly == 0.0
    assert len(found.years) > 20
    assert found.years[0] >= years.min()


def test_birthdays_of_which_only_the_month_is_known_are_told_apart() -> None:
    days = drawn()
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    found = told(np.where(np.arange(len(days)) % 4 == 0, months, days))
    assert found.monthly == pytest.approx(0.25, abs=0.02)
    assert found.yearly < 0.03


def test_days_that_lie_evenly_have_no_such_shares() -> None:
    found = told(drawn())
    assert (found.yearly, found.monthly, found.years) == (0.0, 0.0, ())
