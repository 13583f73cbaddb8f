"""listing_cut over what servers list; a real client meets it in the tests of tool servers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chaos.faults.listing import FIND, Session, listed, listing, stays

from agentprobe.chaos.faults.listing_cut import ListingCut
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.errors import Rejected


@pytest.mark.parametrize("method", ["tools/list", "resources/list", "prompts/list"])
def test_a_list_ends_with_its_page(method: str) -> None:
    call = Call(kind=Kind.STATE, name=method, via="mcp:desk")
    whole = listed(FIND)
    session = Session(ListingCut())
    _, cut = session.meet(call, whole)
    kept = {key: value for key, value in whole.value["result"].items() if key != "nextCursor"}
    assert cut == Outcome(value={"result": kept}, marks=("fault:listing_cut",))
    assert "nextCursor" in whole.value["result"]
    assert session.told == [f"no page behind this one of {method}"]


@pytest.mark.parametrize(
    "value", [{"result": {"tools": []}}, {"result": {"nextCursor": None}}, {"error": {}}, None]
)
def test_a_list_that_ends_here_stays(value: Any) -> None:
    stays(ListingCut(), listing(), Outcome(value=value))


def test_a_list_that_failed_stays() -> None:
    stays(ListingCut(), listing(), Outcome(error=Rejected()))
