from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds.sanitise.treated import KEY, OTHER_KEY, treated

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.characters import form_of
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.dates import Dates
from agentprobe.worlds.sanitise.setting import ALL_TOGETHER, Setting
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table

AS_OF = "2024-06-01T00:00:00+00:00"
DAYS = st.dates(date(1930, 1, 1), date(2024, 5, 31))
NO_DAYS = ["9999-12-31", "0000-00-00", "1900-01-01", "0001-01-01", "1970-01-01"]


def birthdays(values: list[Any], **options: Any) -> list[Any]:
    return treated(Dates, values, role=Role.BIRTH_DATE, **options)


def moved(
    values: list[Any],
    owners: list[int],
    *,
    kind: str = "timestamp",
    key: Key = KEY,
    entity: str = "",
    batch: int = 500,
) -> list[Any]:
    """Dates of rows that belong to owners, after the snapshot."""
    columns = (
        Column(name="owner", kind="integer", role=Role.IDENTIFIER),
        Column(name="x", kind=kind, role=Role.DATE),
    )
    table = Table(name="t", columns=columns)
    setting = Setting(schema=Schema(tables=(table,)), as_of=AS_OF, entities={"t": entity or "owner"})
    treatment = Dates(setting)
    whole = pa.table({"owner": owners, "x": pa.array(values, type_of(columns[1]))})
    batches = whole.to_batches(max_chunksize=batch)
    for one in batches:
        treatment.learn(table, one)
    treatment.settle(key)
    return [value for one in batches for value in treatment.map(table, columns[1], one).to_pylist()]


def moments(count: int, seed: int = 3) -> list[datetime]:
    chance = np.random.default_rng(seed)
    start = datetime(2020, 1, 1)  # noqa: DTZ001
    return [
        start + timedelta(microseconds=int(one))
        for one in chance.integers(0, 4 * 365 * 86_400 * 10**6, count)
    ]


def test_intervals_within_an_entity_stay_to_the_microsecond_and_weekdays_stay() -> None:
    values, owners = moments(2000), [row % 150 for row in range(2000)]
    images = moved(values, owners)
    shifts: dict[int, set[timedelta]] = {}
    for value, image, owner in zip(values, images, owners, strict=True):
        shifts.setdefault(owner, set()).add(image - value)
    assert all(len(found) == 1 for found in shifts.values())
    assert all(shift % timedelta(days=7) == timedelta() for found in shifts.values() for shift in found)
    assert len({shift for found in shifts.values() for shift in found}) > 10


def test_years_move_by_one_at_most_and_nothing_past_becomes_future() -> None:
    values = moments(3000)
    images = moved(values, list(range(3000)))
    assert all(abs(image.year - value.year) <= 1 for value, image in zip(values, images, strict=True))
    assert max(images) < datetime(2024, 6, 1)  # noqa: DTZ001


def test_months_stay_as_busy_as_they_were() -> None:
    values = moments(20_000)
    images = moved(values, list(range(20_000)), batch=20_000)
    before, after = (Counter((one.year, (one.month - 1) // 6) for one in found) for found in (values, images))
    assert max(abs(before[half] - after[half]) / before[half] for half in before) < 0.15


def test_dates_follow_the_entity_through_references_of_references() -> None:
    def table(name: str, to: str = "") -> Table:
        key = Column(name=f"{name}_id", kind="integer", role=Role.IDENTIFIER, domain=f"{name}.{name}_id")
        refers = Column(name=f"{to}_id", kind="integer", role=Role.IDENTIFIER, domain=f"{to}.{to}_id")
        at = Column(name="at", kind="timestamp", role=Role.DATE)
        reference = ForeignKey(columns=(f"{to}_id",), table=to, to=(f"{to}_id",))
        return Table(
            name=name,
            columns=(key, *((refers,) if to else ()), at),
            key=(f"{name}_id",),
            references=(reference,) if to else (),
        )

    tables = (table("customer"), table("order", "customer"), table("line", "order"))
    entities = {"order": "customer_id", "line": "order_id", "customer": "customer_id"}
    treatment = Dates(Setting(schema=Schema(tables=tables), as_of=AS_OF, entities=entities))
    at = moments(90)
    rows: dict[str, dict[str, list[Any]]] = {
        "customer": {"customer_id": list(range(10)), "at": at[:10]},
        "order": {
            "order_id": list(range(30)),
            "customer_id": [row % 10 for row in range(30)],
            "at": at[10:40],
        },
        "line": {"line_id": list(range(50)), "order_id": [row % 30 for row in range(50)], "at": at[40:90]},
    }
    batches = {
        one.name: pa.record_batch(
            {name: pa.array(rows[one.name][name], type_of(one.column(name))) for name in rows[one.name]}
        )
        for one in tables
    }
    for one in tables:
        treatment.learn(one, batches[one.name])
    treatment.settle(KEY)
    shifts: dict[int, set[timedelta]] = {}
    for one in tables:
        images = treatment.map(one, one.column("at"), batches[one.name]).to_pylist()
        for row, (value, image) in enumerate(zip(rows[one.name]["at"], images, strict=True)):
            shifts.setdefault(row % 30 % 10 if one.name == "line" else row % 10, set()).add(image - value)
    assert all(len(found) == 1 for found in shifts.values())
    assert len({shift for found in shifts.values() for shift in found}) > 2


def test_a_table_that_moves_together_does() -> None:
    values = moments(100)
    images = moved(values, list(range(100)), entity=ALL_TOGETHER)
    assert len({image - value for value, image in zip(values, images, strict=True)}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "2023-04-05",
        "2023-4-5",
        "20230405",
        "2023/04/05 10:11:12",
        "2023-04-05T10:11:12.345Z",
        "05.04.2023",
        "5 Apr 2023",
        "05-APR-23",
        "April 5, 2023",
        " 2023-04-05 ",
        "Wed, 5 Apr 2023 10:11:12 +0000",
    ],
)
def test_dates_in_texts_are_moved_and_keep_their_spelling(text: str) -> None:
    images = {moved([text], [owner], kind="text")[0] for owner in range(40)}
    assert len(images) > 1
    forms = {form_of(image).replace("99", "9").replace("aaaaa", "aaa") for image in images}
    letters = {"".join(sorted(set(form))) for form in forms}
    assert len(letters) == 1
    for image in images:
        assert image[-4:] == text[-4:] or text[-1].isdigit() or text[-1] == " "


def test_times_behind_a_date_stay() -> None:
    assert all(
        moved(["2023-04-05T10:11:12.345Z"], [owner], kind="text")[0].endswith("T10:11:12.345Z")
        for owner in range(9)
    )


def test_the_order_of_day_and_month_is_learned_from_the_column() -> None:
    values = ["04/25/2023", "05/03/2023", "12/31/2022"]
    images = moved(values, [1, 1, 1], kind="text")
    days = [datetime.strptime(one, "%m/%d/%Y") for one in images]  # noqa: DTZ007
    truth = [datetime.strptime(one, "%m/%d/%Y") for one in values]  # noqa: DTZ007
    assert len({one - other for one, other in zip(days, truth, strict=True)}) == 1


def test_what_means_no_day_stays_so() -> None:
    assert moved(NO_DAYS, list(range(len(NO_DAYS))), kind="text") == NO_DAYS
    assert birthdays(NO_DAYS) == NO_DAYS


def test_impossible_days_stay_impossible() -> None:
    for image in moved(["31/02/2020", "30/02/2021"], [1, 2], kind="text"):
        assert image[:6] in ("31/02/", "30/02/")
    for image in birthdays(["31/04/1977", "1980-13-45"]):
        with pytest.raises(ValueError, match=r"day|match|month"):
            date.fromisoformat("-".join(reversed(image.split("/"))))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("integer", [1_600_000_000, 1_600_086_400]),
        ("integer", [1_600_000_000_123, 1_600_086_400_123]),
        ("integer", [20_210_105, 20_210_106]),
        ("float", [2_459_000.75, 2_459_001.75]),
    ],
)
def test_numbers_that_mean_days_move_by_whole_weeks(kind: str, values: list[Any]) -> None:
    images = moved(values, [7, 7], kind=kind)
    assert len(str(int(images[0]))) == len(str(int(values[0])))
    if values[0] > 10**9:
        unit = 86_400 * (1000 if values[0] > 10**12 else 1)
        assert images[1] - images[0] == values[1] - values[0]
        assert (images[0] - values[0]) % (7 * unit) == 0
    elif kind == "float":
        assert (images[0] - values[0]) % 7 == 0


def test_junk_in_a_date_column_is_kept_when_common_and_masked_when_not() -> None:
    values = ["unknown"] * 30 + ["ask Meyer 12"] + ["2023-01-02"] * 30
    images = moved(values, list(range(61)), kind="text")
    assert images[0] == "unknown"
    assert images[30] != "ask Meyer 12"
    assert form_of(images[30]) == "aaa Aaaaa 99"


def test_the_same_key_moves_the_same_at_any_batch_size() -> None:
    values, owners = moments(500), [row % 60 for row in range(500)]
    assert moved(values, owners, batch=11) == moved(values, owners, batch=500)
    assert moved(values, owners) != moved(values, owners, key=OTHER_KEY)


def test_nulls_stay_and_an_empty_column_does_no_harm() -> None:
    assert moved([None, moments(1)[0]], [1, 2])[0] is None
    assert moved([], []) == []


@given(st.lists(DAYS, min_size=1, unique=True))
@settings(max_examples=40, deadline=None)
def test_different_birthdays_stay_different_and_years_near(values: list[date]) -> None:
    images = birthdays(values, stored="date")
    assert len(set(images)) == len(values)
    assert all(abs(image.year - value.year) <= 1 for value, image in zip(values, images, strict=True))


@given(st.lists(DAYS, min_size=1))
@settings(max_examples=30, deadline=None)
def test_a_swap_of_day_and_month_stays_a_swap(values: list[date]) -> None:
    right = birthdays([value.strftime("%Y-%m-%d") for value in values])
    swapped = birthdays([value.strftime("%Y-%d-%m") for value in values])
    for image, twin in zip(right, swapped, strict=True):
        year, month, day = image.split("-")
        if twin.startswith(year):  # 29 February becomes another day when it is read as the 2nd of month 29
            assert twin == f"{year}-{day}-{month}"
    assert sum(one[:4] == two[:4] for one, two in zip(right, swapped, strict=True)) >= len(values) - sum(
        value.month == 2 and value.day == 29 for value in values
    )


def test_nearly_all_birthdays_change_and_all_formats_agree() -> None:
    days = [date(1950, 1, 1) + timedelta(days=97 * number) for number in range(250)]
    images = birthdays(days, stored="date")
    assert sum(one == other for one, other in zip(days, images, strict=True)) < 25
    iso = birthdays([day.isoformat() for day in days])
    assert iso == [image.isoformat() for image in images]
    german = birthdays([day.strftime("%d.%m.%Y") for day in days])
    assert german == [image.strftime("%d.%m.%Y") for image in images]
