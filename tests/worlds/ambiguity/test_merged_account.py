"""The ambiguity merged_account: one person, two accounts."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_only_both_accounts_together_give_the_number(at: Town) -> None:
    planted = at.planted["merged_account"]
    live, merged = planted.keys["customers"]

    def active(*keys: int) -> int:
        return len(at.rows("tickets", lambda row: row["customer_id"] in keys and row["status"] == "active"))

    assert (active(live), active(merged)) == (1, 3)
    assert at.passes("merged_account-count", f"There are {active(live, merged)} of them.")
    assert not at.passes("merged_account-count", f"There is {active(live)}.")
    assert not at.passes("merged_account-count", f"There are {active(merged)}.")


def test_the_old_account_says_where_it_went(at: Town) -> None:
    live, merged = at.planted["merged_account"].keys["customers"]
    (old,) = at.rows("customers", lambda row: row["customer_id"] == merged)
    assert old["status"] == "merged"
    assert str(live) in old["notes"]
