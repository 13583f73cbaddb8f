"""server_restarted, as a script; what becomes of the process stands in the tests of tool servers."""

from __future__ import annotations

import pytest

from agentprobe.chaos.faults.server_restarted import ServerRestarted
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.errors import CutOff, Restarted, ToolFailed

REFUND = Call(kind=Kind.TOOL, name="refund", via="mcp:desk")


def test_the_server_ends_before_it_hears_of_the_call() -> None:
    with pytest.raises(StopIteration) as end:
        next(ServerRestarted().intercept(REFUND))
    assert isinstance(end.value.value.error, Restarted)
    assert end.value.value.marks == ("fault:server_restarted",)


def after(outcome: Outcome, call: Call = REFUND, *, done: bool = True) -> Outcome:
    path = ServerRestarted(done=done).intercept(call)
    assert next(path) is call
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    given: Outcome = end.value.value
    return given


def test_the_server_ends_after_the_work_was_done() -> None:
    given = after(Outcome(value={"content": []}))
    assert isinstance(given.error, Restarted)
    assert given.value is None


@pytest.mark.parametrize("error", [CutOff("gone"), ToolFailed("no such order")])
def test_a_server_that_failed_by_itself_is_not_covered(error: Exception) -> None:
    own = Outcome(error=error)
    assert after(own) is own


def test_a_tool_that_is_no_servers_stays_as_it_is() -> None:
    own = Outcome(value="done")
    assert after(own, Call(kind=Kind.TOOL, name="refund"), done=False) is own
