"""Parts are found by what columns mean and what they refer to, and can be given by hand."""

from __future__ import annotations

import pytest
from tests.worlds.planting.town import ATTENDANCES, CALENDARS, SCHEMA

from agentprobe.errors import ConfigError
from agentprobe.worlds.planting.cast import Named, cast_of
from agentprobe.worlds.schema import Schema


def test_a_support_desks_tables_play_all_parts() -> None:
    cast = cast_of(SCHEMA)
    parts = (cast.people, cast.cases, cast.orders, cast.papers, cast.diaries, cast.events, cast.attendances)
    assert [part.table if part else None for part in parts] == [
        "customers",
        "tickets",
        "orders",
        "policies",
        "calendars",
        "events",
        "attendances",
    ]
    assert cast.cases is not None
    assert (cast.cases.person, cast.cases.opened, cast.cases.closed) == (
        "customer_id",
        "opened_at",
        "closed_at",
    )
    assert cast.papers is not None
    assert (cast.papers.valid_from, cast.papers.valid_to) == ("valid_from", "valid_to")
    assert cast.events is not None
    assert (cast.events.organiser, cast.events.starts, cast.events.ends) == ("organiser", "starts", "ends")
    assert cast.attendances is not None
    assert (cast.attendances.event, cast.attendances.calendar) == ("event_id", "calendar_id")


def test_calendars_are_nobodys_people() -> None:
    assert cast_of(Schema(tables=(CALENDARS, ATTENDANCES))).people is None


def test_a_part_can_be_given_and_what_is_wrong_with_it_is_said() -> None:
    cast = cast_of(SCHEMA, {"people": {"table": "customers", "city": "street"}})
    assert cast.people is not None
    assert (cast.people.city, cast.people.surname) == ("street", "surname")
    with pytest.raises(ConfigError, match=r"unknown part 'peple'.*'people'"):
        cast_of(SCHEMA, {"peple": {"table": "customers"}})
    with pytest.raises(ConfigError, match="names no table"):
        cast_of(SCHEMA, {"people": {"city": "city"}})
    with pytest.raises(ConfigError, match=r"has no 'town'"):
        cast_of(SCHEMA, {"people": {"table": "customers", "town": "city"}})
    with pytest.raises(ConfigError, match=r"no column 'citty'; did you mean 'city'"):
        cast_of(SCHEMA, {"people": {"table": "customers", "city": "citty"}})


def test_what_is_lacking_is_said_in_words() -> None:
    cast = cast_of(SCHEMA)
    assert cast.lacks(("people.city", "cases.status")) == ""
    assert cast_of(Schema(tables=(CALENDARS,))).lacks(("people.city",)) == "no table plays the part of people"


@pytest.mark.parametrize(
    ("table", "noun"),
    [
        ("customers", "customer"),
        ("crm.companies", "company"),
        ("order_lines", "order line"),
        ("address", "address"),
    ],
)
def test_a_row_has_a_name_in_a_sentence(table: str, noun: str) -> None:
    assert Named(table=table).noun == noun
