"""The ambiguity soft_deleted: what is closed does not count."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_the_record_in_use_is_right_and_the_closed_ones_are_wrong(at: Town) -> None:
    planted = at.planted["soft_deleted"]
    who, closed = planted.people[0], planted.facts["closed"]
    records = [row for row in at.named(who) if str(row["date_of_birth"]) == who.born]
    live = [row for row in records if row["status"].strip().lower() != closed.lower()]
    assert (len(records), len(live)) == (4, 1)
    assert at.passes("soft_deleted-in-use", f"It is {live[0]['phone']}.")
    for gone in records:
        if gone is not live[0]:
            assert not at.passes("soft_deleted-in-use", f"It is {gone['phone']}.")
