"""The ambiguity partially_relevant_rows: near is not meant."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_whoever_looks_for_the_word_counts_too_much(at: Town) -> None:
    planted = at.planted["partially_relevant_rows"]
    item, month = planted.facts["item"], planted.facts["month"][:7]
    mine = at.rows("orders", lambda row: row["customer_id"] == planted.people[0].key)
    holding = [row for row in mine if item in row["item"]]
    any_month = [row for row in holding if row["item"] == item]
    careful = [row for row in any_month if str(row["placed_at"]).startswith(month)]
    assert len(careful) < len(any_month) < len(holding)
    assert at.passes("partially_relevant_rows-count", f"{len(careful)} orders")
    assert not at.passes("partially_relevant_rows-count", f"{len(any_month)} orders")
    assert not at.passes("partially_relevant_rows-count", f"{len(holding)} orders")
