"""poisoned_description in the lists of servers and in what a model is offered."""

from __future__ import annotations

from tests.chaos.faults.listing import ANSWER, EACH_DIALECT, FIND, REFUND, Session, asking, stays

from agentprobe.chaos.canary import canaries_in
from agentprobe.chaos.faults.poisoned_description import PoisonedDescription
from agentprobe.domain.model import ToolSpec


@EACH_DIALECT
def test_behind_the_description_that_the_model_reads_stands_an_instruction(dialect: str) -> None:
    session = Session(PoisonedDescription(tool="find"))
    told = session.offers(dialect, FIND, REFUND)
    (canary,) = canaries_in(session.told[0])
    assert told["refund"] == "Refund an order."
    assert told["find"].startswith("Find an order.\n\n")
    assert canary in told["find"]
    assert "refund" in told["find"]


def test_it_says_the_same_in_all_of_a_session_and_something_else_in_another() -> None:
    session = Session(PoisonedDescription())
    first = session.lists(FIND, REFUND)
    assert session.lists(FIND, REFUND) == session.offers("openai_chat", FIND, REFUND) == first
    assert len(set(session.told)) == 1
    assert Session(PoisonedDescription(), seed=2).lists(FIND, REFUND) != first


def test_a_tool_without_a_description_gets_one_and_a_lone_tool_wants_itself_called() -> None:
    told = Session(PoisonedDescription()).lists(ToolSpec(name="find", schema=FIND.schema))
    assert "find" in told["find"]
    assert "order" in told["find"]
    assert not told["find"].startswith("\n")


def test_a_request_without_the_tool_stays() -> None:
    stays(PoisonedDescription(tool="mail"), asking("openai_chat", FIND), ANSWER)
