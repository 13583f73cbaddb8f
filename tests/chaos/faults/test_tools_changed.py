"""tools_changed over the lists of one session."""

from __future__ import annotations

import pytest
from tests.chaos.faults.listing import FIND, REFUND, Session, listed, listing, stays

from agentprobe.chaos.faults.tools_changed import How, ToolsChanged
from agentprobe.domain.call import TOOLS_CHANGED, Call, Kind, Outcome


@pytest.mark.parametrize(
    ("how", "second"),
    [
        ("removed", ["refund"]),
        ("added", ["find", "find_batch", "refund"]),
        ("redescribed", ["find", "refund"]),
    ],
)
def test_from_the_second_list_on_it_is_another_one(how: How, second: list[str]) -> None:
    session = Session(ToolsChanged(how=how))
    assert session.lists(FIND, REFUND) == {"find": "Find an order.", "refund": "Refund an order."}
    assert session.told == []
    told = session.lists(FIND, REFUND)
    assert list(told) == second
    assert told == session.lists(FIND, REFUND)
    assert (told.get("find") != "Find an order.") == (how != "added")
    assert len(session.told) == 2


def test_the_first_list_is_unspoilt_and_only_says_that_another_one_follows() -> None:
    answer = listed(FIND)
    _, outcome = Session(ToolsChanged()).meet(listing(), answer)
    assert outcome.value is answer.value
    assert outcome.marks == (TOOLS_CHANGED,)


def test_the_pages_of_the_first_list_are_one_list() -> None:
    session = Session(ToolsChanged())
    session.lists(FIND)
    assert list(session.lists(REFUND, cursor="2")) == ["refund"]
    assert list(session.lists(FIND)) == []
    assert list(session.lists(REFUND, cursor="2")) == ["refund"]


def test_what_is_no_list_of_tools_stays() -> None:
    stays(
        ToolsChanged(),
        Call(kind=Kind.STATE, name="initialize", via="mcp:desk"),
        Outcome(value={"result": {}}),
    )
