"""tool_vanished in the lists of servers and in what a model is offered."""

from __future__ import annotations

import pytest
from tests.chaos.faults.listing import (
    ANSWER,
    EACH_DIALECT,
    FIND,
    REFUND,
    Session,
    asking,
    listed,
    listing,
    stays,
)

from agentprobe.chaos.faults.tool_vanished import ToolVanished
from agentprobe.domain.call import Call, Outcome


@EACH_DIALECT
def test_the_model_is_not_offered_the_tool(dialect: str) -> None:
    session = Session(ToolVanished(tool="refund"))
    assert list(session.offers(dialect, FIND, REFUND)) == ["find"]
    assert session.told == ["refund is not there"]


def test_a_server_may_list_nothing_at_all() -> None:
    assert Session(ToolVanished()).lists(FIND) == {}


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        (listing(), listed(REFUND)),
        (asking("openai_chat", FIND), ANSWER),
        (asking("anthropic_messages", FIND, REFUND, choice={"name": "find"}), ANSWER),
        (asking("gemini"), ANSWER),
    ],
)
def test_what_cannot_do_without_the_tool_stays(call: Call, outcome: Outcome) -> None:
    stays(ToolVanished(tool="find"), call, outcome)
