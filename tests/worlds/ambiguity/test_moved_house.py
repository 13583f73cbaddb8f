"""The ambiguity moved_house: the latest record holds."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_the_latest_record_is_right_and_every_older_one_wrong(at: Town) -> None:
    who = at.planted["moved_house"].people[0]
    records = [row for row in at.named(who) if str(row["date_of_birth"]) == who.born]
    records.sort(key=lambda row: str(row["created_at"]), reverse=True)
    assert len(records) == 4
    task = "moved_house-present-address"
    assert at.passes(task, f"She lives at {records[0]['street']}.")
    for old in records[1:]:
        assert not at.passes(task, f"She lives at {old['street']}.")
