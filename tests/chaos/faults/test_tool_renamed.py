"""tool_renamed in the lists of servers and in what a model is offered."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chaos.conftest import MakeRig
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

from agentprobe.chaos.faults.tool_renamed import ToolRenamed
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, ModelAnswer
from agentprobe.errors import Rejected


@EACH_DIALECT
def test_the_model_is_offered_the_tool_under_another_name(dialect: str) -> None:
    session = Session(ToolRenamed(tool="refund"))
    assert session.offers(dialect, FIND, REFUND) == {
        "find": "Find an order.",
        "refund_v2": "Refund an order.",
    }
    assert session.told == ["refund is called refund_v2"]


def test_a_server_lists_it_under_another_name_with_all_else_that_it_says() -> None:
    _, outcome = Session(ToolRenamed()).meet(listing(), listed(FIND, REFUND))
    first, second = outcome.value["result"]["tools"]
    assert first == {**listed(FIND).value["result"]["tools"][0], "name": "find_v2"}
    assert second["name"] == "refund"
    assert outcome.value["result"]["nextCursor"] == "2"
    assert outcome.marks == ("fault:tool_renamed",)


def test_the_first_tool_that_was_seen_stays_the_one_on_later_pages_and_lists() -> None:
    session = Session(ToolRenamed())
    assert list(session.lists(FIND)) == ["find_v2"]
    assert list(session.lists(REFUND, cursor="2")) == ["refund"]
    assert list(session.lists(REFUND, FIND)) == ["refund", "find_v2"]


def test_a_new_name_is_free_and_short_enough_for_every_provider() -> None:
    taken = FIND.__class__(name="find_v2")
    assert list(Session(ToolRenamed()).lists(FIND, taken)) == ["find_v3", "find_v2"]
    long = FIND.__class__(name="f" * 64)
    assert [len(name) for name in Session(ToolRenamed()).lists(long)] == [64]
    assert list(Session(ToolRenamed(to="seek")).lists(FIND)) == ["seek"]


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        (listing(), Outcome(error=Rejected())),
        (listing(), listed()),
        (listing(), Outcome(value={"error": {"code": -1}})),
        (listing(), listed(REFUND)),
        (Call(kind=Kind.STATE, name="prompts/list"), listed(FIND)),
        (asking("openai_chat", REFUND), ANSWER),
        (asking("openai_chat"), ANSWER),
        (asking("openai_chat", FIND, REFUND, choice={"name": "find"}), ANSWER),
    ],
)
def test_what_has_no_such_tool_or_must_have_it_stays(call: Call, outcome: Outcome) -> None:
    stays(ToolRenamed(tool="find"), call, outcome)


def test_the_real_sdks_send_what_the_fault_has_made_of_their_tools(rig: MakeRig) -> None:
    schema: Any = {"type": "object", "properties": {}}
    chat = rig("openai_chat", "tool_renamed@model", ModelAnswer(text="Done.", finish=Finish.STOP))
    function: Any = {"name": "refund", "parameters": schema, "strict": True}
    asked = chat.openai_client().chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "hi"}],
        tools=[{"type": "function", "function": function}],
    )
    assert asked.choices[0].message.content == "Done."
    assert chat.asked[0].body == chat.attempts[0].body.replace(b'"refund"', b'"refund_v2"')
    messages = rig("anthropic_messages", "tool_renamed@model", ModelAnswer(text="Done.", finish=Finish.STOP))
    messages.anthropic_client().messages.create(
        model="m",
        max_tokens=9,
        messages=[{"role": "user", "content": "hi"}],
        tools=[{"name": "refund", "input_schema": schema}],
    )
    assert messages.asked[0].body == messages.attempts[0].body.replace(b'"refund"', b'"refund_v2"')
