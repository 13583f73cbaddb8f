"""rug_pull over the lists and requests of one session."""

from __future__ import annotations

from tests.chaos.faults.listing import ANSWER, EACH_DIALECT, FIND, REFUND, Session, asking, listed, listing

from agentprobe.chaos.canary import canaries_in
from agentprobe.chaos.faults.rug_pull import RugPull
from agentprobe.domain.call import TOOLS_CHANGED


@EACH_DIALECT
def test_from_the_second_request_on_the_tool_says_something_else(dialect: str) -> None:
    session = Session(RugPull())
    first = session.offers(dialect, FIND, REFUND)
    assert first == {"find": "Find an order.", "refund": "Refund an order."}
    assert session.told == []
    second = session.offers(dialect, FIND, REFUND)
    assert second["refund"] == first["refund"]
    assert canaries_in(session.told[0])[0] in second["find"]
    assert session.offers(dialect, FIND, REFUND) == second


def test_a_request_without_tools_is_no_first_one() -> None:
    session = Session(RugPull())
    bare = asking("openai_chat")
    assert session.meet(bare, ANSWER) == (bare, ANSWER)
    assert session.offers("openai_chat", FIND)["find"] == "Find an order."


def test_behind_the_first_list_the_server_says_that_it_has_changed() -> None:
    session = Session(RugPull(tool="refund"))
    _, first = session.meet(listing(), listed(FIND, REFUND))
    assert first.marks == (TOOLS_CHANGED,)
    assert "ap-" in session.lists(FIND, REFUND)["refund"]
