"""history_summarised, in every protocol."""

from __future__ import annotations

import re

import pytest
from tests.chaos.asking import DIALECTS, SYSTEM, arrive, asked, assistant, body_of, round_of, system, user

EACH = pytest.mark.parametrize("name", DIALECTS)
WORK = (
    system(),
    user("Please refund order A-1 for 30 EUR, but never more than 50 without asking me."),
    *round_of(("find", "A-1", "open, 30.00")),
    assistant("The order is open. Shall I pay 30?"),
    user("Yes, but only to the card ending in 0417."),
    *round_of(("refund", "A-1", "paid")),
)


@EACH
def test_earlier_turns_become_an_account_without_figures_ids_and_limits(name: str) -> None:
    got = asked(name, "history_summarised", *WORK)
    assert got.fired
    first, summary, *rest = got.lines
    assert first == f"system: {SYSTEM}"
    assert rest == ["call refund A-1", "told paid"]
    assert "refund order for EUR" in summary
    assert "Tools were used: find." in summary
    assert "The order is open" in summary
    assert not re.search(r"\d|A-1|never|only|without", summary)


@EACH
def test_the_newest_exchanges_stay(name: str) -> None:
    got = asked(name, "history_summarised(keep=2)", *WORK)
    assert got.lines[-3:] == [
        "user: Yes, but only to the card ending in 0417.",
        "call refund A-1",
        "told paid",
    ]


@EACH
@pytest.mark.parametrize("fault", ["history_summarised", "history_summarised(keep=9)"])
def test_a_conversation_that_is_short_already_did_not_fire(name: str, fault: str) -> None:
    body = body_of(name, system(), user("go"), *round_of(("find", "A-1", "open")))
    assert arrive(name, fault, body).request.body is body
