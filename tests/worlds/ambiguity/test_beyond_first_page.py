"""The ambiguity beyond_first_page: no first page shows it."""

from __future__ import annotations

import pytest
from tests.worlds.ambiguity.conftest import Town

PAGE = 20


@pytest.mark.parametrize("order", ["ticket_id", "opened_at"])
@pytest.mark.parametrize("backward", [False, True])
def test_the_first_page_in_any_usual_order_gives_the_wrong_oldest(
    at: Town, order: str, backward: bool
) -> None:
    cases = at.rows(
        "tickets", lambda row: row["customer_id"] == at.planted["beyond_first_page"].people[0].key
    )
    oldest = min(cases, key=lambda row: str(row["opened_at"]))
    assert at.passes("beyond_first_page-oldest", f"Ticket {oldest['ticket_id']}")
    if (order, backward) == ("opened_at", False):
        return  # whoever sorts by date, the oldest first, has read the question
    page = sorted(cases, key=lambda row: str(row[order]), reverse=backward)[:PAGE]
    seen = min(page, key=lambda row: str(row["opened_at"]))
    assert not at.passes("beyond_first_page-oldest", f"Ticket {seen['ticket_id']}")


def test_the_length_of_a_page_is_not_the_number_of_cases(at: Town) -> None:
    assert at.passes("beyond_first_page-count", "45")
    assert not at.passes("beyond_first_page-count", f"{PAGE}")
