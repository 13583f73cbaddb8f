"""Dates and telephone numbers in running text stay true of the record that they stand in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.sanitise.treatments import Treatments
from agentprobe.worlds.sanitise.words.months import FULL, LANGUAGES, MONTHS
from agentprobe.worlds.schema import Column, Schema, Table

Sanitise = Callable[..., Any]
KEY = Key(b"k" * 32)
KINDS = {
    "id": ("integer", Role.IDENTIFIER),
    "phone": ("text", Role.PHONE),
    "opened": ("date", Role.DATE),
    "notes": ("text", Role.TEXT),
    "body": ("text", Role.DOCUMENT),
}
SPELT = (
    ("31 March 2023", r"\d{1,2} [A-Z][a-z]+ 20\d\d"),
    ("March 31, 2023", r"[A-Z][a-z]+ \d{1,2}, 20\d\d"),
    ("31st of March", r"\d{1,2}(st|nd|rd|th) of [A-Z][a-z]+"),
    ("2023-03-31", r"20\d\d-\d\d-\d\d"),
    ("2023-03-31T10:15:00Z", r"20\d\d-\d\d-\d\dT10:15:00Z"),
    ("31.03.2023", r"\d\d\.\d\d\.20\d\d"),
    ("31.03.23", r"\d\d\.\d\d\.2\d"),
    ("31. März 2023", r"\d{1,2}\. [A-Z][a-zä]+ 20\d\d"),
    ("31 de marzo de 2023", r"\d{1,2} de [a-z]+ de 20\d\d"),
    ("31 mars 2023", r"\d{1,2} [a-zéû]+ 20\d\d"),
    ("31-Mar-23", r"\d{1,2}-[A-Z][a-z]{2}-2\d"),
    ("MARCH 2023", r"[A-Z]+ 20\d\d"),
)


def snapshot(
    columns: dict[str, list[Any]], *, size: int = 1000, name: str = "tickets"
) -> dict[str, list[Any]]:
    """A table with all its treatments."""
    table = Table(
        name=name,
        columns=tuple(Column(name=one, kind=KINDS[one][0], role=KINDS[one][1]) for one in columns),
        key=("id",),
    )
    treatments = Treatments(Setting(schema=Schema(tables=(table,)), as_of="2024-06-01"))
    whole = pa.table({one.name: pa.array(columns[one.name], type_of(one)) for one in table.columns})
    batches = whole.to_batches(max_chunksize=size)
    for batch in batches:
        treatments.learn(table, batch)
    treatments.settle(KEY)
    return {
        column.name: [
            value for batch in batches for value in treatments.map(table, column, batch).to_pylist()
        ]
        for column in table.columns
    }


def spelled(when: date) -> str:
    return f"seen on {when.day} {FULL['en'][when.month - 1]} {when.year} again"


@pytest.mark.parametrize(("written", "form"), SPELT)
def test_a_date_in_text_becomes_another_written_alike(sanitise: Sanitise, written: str, form: str) -> None:
    (found,) = sanitise({"notes": ("text", [f"call {written}, now"])}).columns["notes"]
    told = re.fullmatch(rf"call ({form}), now", found)
    assert told, found
    assert told[1] != written
    words = re.findall(r"[^\W\d_]{3,}", told[1])
    assert [word for word in words if word.lower() not in MONTHS] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_month_becomes_one_of_its_own_language(sanitise: Sanitise, language: str) -> None:
    sign = {"de": ".", "es": " de"}.get(language, "")
    notes = [f"on 3{sign} {name} 2023" for name in FULL[language]]
    found = sanitise({"notes": ("text", notes)}).columns["notes"]
    assert {one.split()[-2] for one in found} <= set(FULL[language])
    assert len(set(found)) == 12


@pytest.mark.parametrize(
    "text",
    ["you may 5 times", "version 1.12.4", "12-12-2020-55", "1 set 2 may 3 jan", "between 1/2 and 3/4"],
)
def test_what_is_no_date_is_treated_as_before(sanitise: Sanitise, text: str) -> None:
    (found,) = sanitise({"notes": ("text", [text])}).columns["notes"]
    assert re.sub(r"\d", "9", found) == re.sub(r"\d", "9", text)


def test_a_date_in_a_note_moves_with_the_dates_of_its_record() -> None:
    days = [date(2022, 1, 3) + timedelta(days=5 * row) for row in range(150)]
    found = snapshot(
        {
            "id": list(range(150)),
            "opened": days,
            "notes": [f"{spelled(one)}, due {one + timedelta(days=30):%d/%m/%Y}" for one in days],
        }
    )
    for opened, note in zip(found["opened"], found["notes"], strict=True):
        assert note == f"{spelled(opened)}, due {opened + timedelta(days=30):%d/%m/%Y}"
    assert sum(new != old for new, old in zip(found["opened"], days, strict=True)) > 100


def test_dates_of_documents_move_alike_so_that_families_stay_near() -> None:
    found = snapshot(
        {"id": [1, 2], "body": ["valid from 1 March 2023, first", "valid from 1 March 2023, then"]}
    )
    first, then = (re.findall(r"\d+ \w+ 2023", one)[0] for one in found["body"])
    assert first == then != "1 March 2023"


def test_a_weekday_stays_true_of_its_date(sanitise: Sanitise) -> None:
    (found,) = sanitise({"notes": ("text", ["on Friday, 2023-03-31"])}).columns["notes"]
    assert date.fromisoformat(found[-10:]).weekday() == 4


def test_months_come_first_where_the_texts_of_a_source_say_so(sanitise: Sanitise) -> None:
    usual = [f"paid {month}/28/2023" for month in range(1, 13)]
    for note in sanitise({"notes": ("text", [*usual, "paid 3/4/2023"])}).columns["notes"]:
        month, day, year = (int(part) for part in re.findall(r"\d+", note))
        assert date(year, month, day).year == 2023


@given(
    st.dates(date(1850, 1, 1), date(2150, 12, 31)).filter(lambda day: day.timetuple().tm_yday <= 364),
    st.dates(date(1850, 1, 1), date(2150, 12, 31)).filter(lambda day: day.timetuple().tm_yday <= 364),
)
def test_equal_days_stay_equal_and_different_ones_different(one: date, other: date) -> None:
    found = snapshot(
        {"id": [1, 2], "body": [f"on {one} or {spelled(one)}", f"on {other} or {spelled(other)}"]}
    )
    first, second = (re.findall(r"\d{4}-\d\d-\d\d", text)[0] for text in found["body"])
    assert (first == second) == (one == other)
    assert spelled(date.fromisoformat(first)) in found["body"][0]


def test_a_number_of_a_telephone_column_is_the_same_in_a_note() -> None:
    found = snapshot(
        {
            "id": [1, 2, 3, 4],
            "phone": ["+61 412 345 678", None, "(02) 9374-4000", "555-0100"],
            "notes": [
                "ring 0412 345 678 (new)",
                "2 calls to 0412345678, 02 9374 4000",
                "order 9374400011",
                "555-0100!",
            ],
        }
    )
    mobile, line = ("".join(re.findall(r"\d", found["phone"][row])) for row in (0, 2))
    assert mobile[2:] != "412345678"
    told = ["".join(re.findall(r"\d", note)) for note in found["notes"]]
    assert told[0] == f"0{mobile[2:]}"
    assert found["notes"][1].startswith("2 calls to") or re.match(r"\d calls to", found["notes"][1])
    assert told[1][1:] == f"0{mobile[2:]}{line}"
    assert found["notes"][3] == f"{found['phone'][3]}!"


def test_a_number_that_no_column_holds_is_replaced_as_before() -> None:
    plain = snapshot({"id": [1], "notes": ["ring 0412 345 679 now"]})
    beside = snapshot({"id": [1], "phone": ["0412 345 678"], "notes": ["ring 0412 345 679 now"]})
    assert plain["notes"] == beside["notes"]


def test_texts_are_the_same_whatever_the_size_of_batches() -> None:
    rows = 60
    columns: dict[str, list[Any]] = {
        "id": list(range(rows)),
        "phone": [f"+49 89 {row:07d}" for row in range(rows)],
        "opened": [date(2023, 1, 1) + timedelta(days=row) for row in range(rows)],
        "notes": [
            None if row % 9 == 8 else f"am {1 + row % 28}. Mai 2023: 089 {row:07d}" for row in range(rows)
        ],
    }
    assert snapshot(columns) == snapshot(columns, size=7)


def test_signs_of_a_source_do_not_pass_as_written_already(sanitise: Sanitise) -> None:
    smuggled = "".join(chr(0xE100 + ord(sign)) for sign in "Zorbatos")
    (found,) = sanitise({"notes": ("text", [f"ask {smuggled} on 3 May 2023"])}).columns["notes"]
    assert "Zorbatos" not in found
