"""tool_error, as a script."""

from __future__ import annotations

import pytest

from agentprobe.chaos.faults.tool_error import ToolError
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.errors import RateLimited, Refused, ServerError, TimedOut, WorldFailure

REFUND = Call(kind=Kind.TOOL, name="refund", request={"order": "A-1"})
KINDS = [
    ("server_error", ServerError),
    ("refused", Refused),
    ("rate_limited", RateLimited),
    ("timed_out", TimedOut),
]


@pytest.mark.parametrize(("kind", "failure"), KINDS)
def test_the_tool_fails_without_being_called(kind: str, failure: type[WorldFailure]) -> None:
    fault = ToolError(kind=kind)  # type: ignore[arg-type]  # one of the literals, from the table above
    with pytest.raises(StopIteration) as end:
        next(fault.intercept(REFUND))
    assert isinstance(end.value.value.error, failure)
    assert end.value.value.marks == ("fault:tool_error",)


def test_the_error_says_what_it_was_told_to() -> None:
    with pytest.raises(StopIteration) as end:
        next(ToolError(message="no route to host").intercept(REFUND))
    assert str(end.value.value.error) == "no route to host"


def test_a_lost_reply_comes_after_the_work_was_done() -> None:
    path = ToolError(after=True, kind="timed_out").intercept(REFUND)
    assert next(path) == REFUND
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value="refunded"))
    assert end.value.value.value is None
    assert isinstance(end.value.value.error, TimedOut)


def test_the_tools_own_error_is_not_covered_by_a_lost_reply() -> None:
    own = Outcome(error=KeyError("A-1"))
    path = ToolError(after=True).intercept(REFUND)
    next(path)
    with pytest.raises(StopIteration) as end:
        path.send(own)
    assert end.value.value is own
