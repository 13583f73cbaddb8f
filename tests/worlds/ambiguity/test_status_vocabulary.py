"""The ambiguity status_vocabulary: not closed is not active."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_the_negation_and_the_exact_word_both_count_wrong(at: Town) -> None:
    planted = at.planted["status_vocabulary"]
    word = planted.facts["status"]
    cases = at.rows("tickets", lambda row: row["customer_id"] == planted.people[0].key)
    careful = sum(row["status"].strip().lower() == word for row in cases)
    exact = sum(row["status"] == word for row in cases)
    negated = sum(row["status"] != "closed" for row in cases)
    assert exact < careful < negated
    assert at.passes("status_vocabulary-count", f"{careful}")
    assert not at.passes("status_vocabulary-count", f"{exact}")
    assert not at.passes("status_vocabulary-count", f"{negated}")
