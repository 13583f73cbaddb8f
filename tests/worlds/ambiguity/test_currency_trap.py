"""The ambiguity currency_trap: the largest figure is not the largest amount."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_the_largest_figure_is_in_another_currency(at: Town) -> None:
    mine = at.rows("orders", lambda row: row["customer_id"] == at.planted["currency_trap"].people[0].key)
    largest = max(mine, key=lambda row: float(row["amount"]))
    euros = max((row for row in mine if row["currency"] == "EUR"), key=lambda row: float(row["amount"]))
    assert largest["currency"] != "EUR"
    assert at.passes("currency_trap-largest", f"Order {euros['order_id']}")
    assert not at.passes("currency_trap-largest", f"Order {largest['order_id']}")
