"""late_effect: nothing at first, and then after all."""

from __future__ import annotations

from pathlib import Path

import pytest

import agentprobe
from agentprobe.trace.read import read_trace

DONE: list[tuple[str, int]] = []


@agentprobe.tool(effect="write")
def refund(order: str, amount: int = 30) -> str:
    DONE.append((order, amount))
    return f"refunded {order}"


@agentprobe.tool(effect="write")
async def cancel(order: str) -> str:
    DONE.append((order, 0))
    return f"cancelled {order}"


@agentprobe.tool(effect="read")
def refunds() -> int:
    return len(DONE)


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DONE.clear()


def test_who_looks_finds_nothing_and_who_repeats_it_does_it_twice(tmp_path: Path) -> None:
    trace = tmp_path / "t.jsonl"
    with agentprobe.session(virtual=True, schedule="late_effect@tool:refund:1", trace=trace) as active:
        with pytest.raises(TimeoutError):
            refund("A-1")
        assert active.session.clock.now() == pytest.approx(30)
        assert refunds() == 0
        assert refund("A-1") == "refunded A-1"
        assert refunds() == 2
    assert active.injector is not None
    assert [receipt.did for receipt in active.injector.receipts] == [
        "timed out with nothing done yet",
        "before it, an earlier call was carried out late",
    ]
    assert read_trace(trace).ledger().times() == {'refund {"amount":30,"order":"A-1"}': 2}


def test_it_is_done_with_its_own_arguments_and_before_the_other() -> None:
    with agentprobe.session(virtual=True, schedule="late_effect@tool:1"):
        with pytest.raises(TimeoutError):
            refund("A-1", amount=5)
        refund("A-2", amount=7)
    assert DONE == [("A-1", 5), ("A-2", 7)]


def test_arguments_that_it_did_not_name_keep_it_waiting_for_a_call_that_fits() -> None:
    with agentprobe.session(virtual=True, schedule="late_effect@tool:1"):
        with pytest.raises(TimeoutError):
            refund("A-1")
        refund("A-2", amount=7)
        assert DONE == [("A-2", 7)]
        refund("A-3")
    assert DONE == [("A-2", 7), ("A-1", 30), ("A-3", 30)]


def test_every_call_may_be_late() -> None:
    async def agent() -> None:
        for order in ("A-1", "A-2", "A-3"):
            with pytest.raises(TimeoutError):
                await cancel(order)

    with agentprobe.session(virtual=True, schedule="late_effect@tool") as active:
        active.run(agent())
    assert DONE == [("A-1", 0), ("A-2", 0)]


def test_without_a_further_call_it_never_happens() -> None:
    with agentprobe.session(virtual=True, schedule="late_effect@tool"), pytest.raises(TimeoutError):
        refund("A-1")
    assert not DONE


def test_a_tool_that_reads_did_not_fire() -> None:
    with agentprobe.session(virtual=True, schedule="late_effect@tool") as active:
        assert refunds() == 0
    assert active.injector is not None
    assert active.injector.receipts == ()
