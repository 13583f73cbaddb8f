"""duplicate_delivery: one call, two effects, one answer."""

from __future__ import annotations

from pathlib import Path

import pytest

import agentprobe
from agentprobe.chaos.faults.duplicate_delivery import DuplicateDelivery
from agentprobe.domain.call import TOLD, Call, Effect, Kind, Outcome
from agentprobe.trace.read import read_trace

DONE: list[str] = []


@agentprobe.tool(effect="write")
def refund(order: str) -> str:
    DONE.append(order)
    return f"refund {len(DONE)} of {order}"


@agentprobe.tool(effect="write")
async def cancel(order: str) -> str:
    if order in DONE:
        raise ValueError(f"{order} is cancelled already")
    DONE.append(order)
    return f"cancelled {order}"


@agentprobe.tool(effect="read")
def find(order: str) -> str:
    DONE.append(order)
    return order


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DONE.clear()


@pytest.mark.parametrize(("sees", "said"), [("first", "refund 1 of A-1"), ("second", "refund 2 of A-1")])
def test_it_is_done_twice_and_told_once(tmp_path: Path, sees: str, said: str) -> None:
    trace = tmp_path / "t.jsonl"
    with agentprobe.session(virtual=True, schedule=f"duplicate_delivery(sees={sees})@tool", trace=trace):
        assert refund("A-1") == said
    assert DONE == ["A-1", "A-1"]
    read = read_trace(trace)
    assert read.ledger().repeated() == ('refund {"order":"A-1"}',)
    assert len(read.tool_calls) == 1


def test_a_tool_that_stands_it_lets_the_agent_see_either() -> None:
    with agentprobe.session(virtual=True, schedule="duplicate_delivery@tool") as active:
        assert active.run(cancel("A-1")) == "cancelled A-1"
    with (
        agentprobe.session(virtual=True, schedule="duplicate_delivery(sees=second)@tool") as active,
        pytest.raises(ValueError, match="already"),
    ):
        active.run(cancel("A-2"))
    assert DONE == ["A-1", "A-2"]


def test_a_tool_that_reads_did_not_fire() -> None:
    with agentprobe.session(virtual=True, schedule="duplicate_delivery@tool") as active:
        find("A-1")
    assert DONE == ["A-1"]
    assert active.injector is not None
    assert active.injector.receipts == ()


def test_what_is_only_told_cannot_happen_again() -> None:
    path = DuplicateDelivery().intercept(
        Call(kind=Kind.TOOL, name="refund", effect=Effect.WRITE, purpose=TOLD)
    )
    next(path)
    outcome = Outcome(value="refunded")
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    assert end.value.value is outcome
