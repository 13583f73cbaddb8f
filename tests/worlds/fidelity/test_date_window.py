"""A week's window is asked of moments however they are written."""

from __future__ import annotations

import pyarrow as pa
import pytest

from agentprobe.worlds.fidelity import Query, measure
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.sources.form.batches import Kept


@pytest.mark.parametrize(
    "form",
    [
        "2026-03-{:02} 10:20:30",
        "2026-03-{:02}T10:20:30Z",
        "2026-03-{:02} 10:20:30+00:00",
        "2026-03-{:02} 10:20:30.123456-05",
        "2026-03-{:02}",
        "{:02}.03.2026",
    ],
)
def test_a_weeks_window_finds_the_days_around(form: str) -> None:
    table = Table(name="t", columns=(Column(name="at", kind="text", role=Role.DATE),))
    rows = pa.table({"at": [form.format(day) for day in range(1, 31)]})
    reading = Kept(Schema(tables=(table,)), {"t": rows}, "2026-04-01T00:00:00+00:00")
    (seen,) = measure(reading, [Query(kind="date_window", table="t", columns=("at",))]).observed
    assert seen.missing == ""
    assert 6 < seen.mean <= 7
