"""The ambiguity cancelled_twin: what was cancelled was not spent."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_the_sum_of_all_and_the_newest_are_wrong(at: Town) -> None:
    planted = at.planted["cancelled_twin"]
    mine = at.rows("orders", lambda row: row["customer_id"] == planted.people[0].key)
    alike = [row for row in mine if row["item"] == planted.facts["item"]]
    kept = [row for row in alike if row["status"].strip().lower() != planted.facts["gone"]]
    newest = max(alike, key=lambda row: str(row["placed_at"]))
    right = sum(row["amount"] for row in kept)
    assert at.passes("cancelled_twin-spent", f"In all {right:.2f} were spent.")
    assert at.passes("cancelled_twin-spent", f"{right:.0f}")
    assert not at.passes("cancelled_twin-spent", f"{sum(row['amount'] for row in alike):.2f}")
    assert not at.passes("cancelled_twin-spent", f"{newest['amount']:.2f}")
