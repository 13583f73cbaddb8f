"""The ambiguity closed_twin: the newest case is not the open one."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_the_newest_case_of_the_subject_is_closed_and_wrong(at: Town) -> None:
    planted = at.planted["closed_twin"]
    cases = at.rows("tickets", lambda row: row["customer_id"] == planted.people[0].key)
    alike = [row for row in cases if row["subject"] == planted.facts["subject"]]
    newest = max(alike, key=lambda row: str(row["opened_at"]))
    (opened,) = [row for row in alike if row["status"] == planted.facts["status"]]
    assert newest is not opened
    assert newest["closed_at"] is not None
    assert opened["closed_at"] is None
    assert at.passes("closed_twin-which", f"It is ticket {opened['ticket_id']}.")
    assert not at.passes("closed_twin-which", f"It is ticket {newest['ticket_id']}.")
