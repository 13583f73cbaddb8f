"""reply_lost: the effect is there, the answer is not."""

from __future__ import annotations

from pathlib import Path

import pytest

import agentprobe
from agentprobe.chaos.faults.reply_lost import ReplyLost
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.errors import Rejected
from agentprobe.kernel.room import Wait
from agentprobe.trace.read import read_trace

DONE: list[str] = []


@agentprobe.tool(effect="write")
def refund(order: str) -> str:
    DONE.append(order)
    return f"refunded {order}"


@agentprobe.tool(effect="write")
async def cancel(order: str) -> str:
    DONE.append(order)
    return f"cancelled {order}"


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DONE.clear()


def test_an_agent_that_repeats_it_does_it_twice(tmp_path: Path) -> None:
    trace = tmp_path / "t.jsonl"
    with agentprobe.session(virtual=True, schedule="reply_lost@tool:1", trace=trace):
        with pytest.raises(ConnectionResetError):
            refund("A-1")
        assert DONE == ["A-1"]
        assert refund("A-1") == "refunded A-1"
    assert DONE == ["A-1", "A-1"]
    assert read_trace(trace).ledger().times() == {'refund {"order":"A-1"}': 2}


def test_a_timeout_takes_its_time_and_leaves_the_effect() -> None:
    with agentprobe.session(virtual=True, schedule="reply_lost(how=timeout, seconds=12)@tool") as active:
        with pytest.raises(TimeoutError):
            active.run(cancel("A-1"))
        assert active.session.clock.now() == pytest.approx(12)
    assert DONE == ["A-1"]


def test_a_tool_that_failed_by_itself_did_not_fire() -> None:
    outcome = Outcome(error=KeyError("A-1"))
    path = ReplyLost().intercept(Call(kind=Kind.TOOL, name="refund"))
    next(path)
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    assert end.value.value is outcome


@pytest.mark.parametrize(("how", "code"), [("reset", -32000), ("timeout", -32001)])
def test_the_client_of_a_tool_server_sees_its_own_codes(how: str, code: int) -> None:
    fault = ReplyLost(how=how, seconds=0)  # type: ignore[arg-type]  # one of the literals, from the table above
    path = fault.intercept(Call(kind=Kind.TOOL, name="refund", via="mcp:desk"))
    next(path)
    came = Outcome(value={"content": []})
    if how == "timeout":
        assert path.send(came) == Wait(0)
    with pytest.raises(StopIteration) as end:
        path.send(came)
    error = end.value.value.error
    assert isinstance(error, Rejected)
    assert error.code == code
