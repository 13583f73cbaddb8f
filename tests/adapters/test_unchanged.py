"""A tool that knows a repeated write says so, and the effect is counted once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import agentprobe
from agentprobe.trace.read import read_trace

DONE: set[str] = set()


@agentprobe.tool(effect="write", key="order")
def pay(order: str) -> str:
    if order in DONE:
        agentprobe.unchanged()
        return "paid before"
    DONE.add(order)
    return "paid"


@agentprobe.tool(effect="write", key="order")
async def pay_async(order: str) -> str:
    return pay.__wrapped__(order)  # type: ignore[attr-defined, no-any-return]  # what functools.wraps keeps


def test_a_write_that_was_done_before_counts_once(tmp_path: Path) -> None:
    DONE.clear()
    with agentprobe.session(trace=tmp_path / "t.jsonl"):
        assert [pay("A-1"), pay("A-1"), pay("A-2")] == ["paid", "paid before", "paid"]
    times = read_trace(tmp_path / "t.jsonl").ledger().times()
    assert times == {'pay {"order":"A-1"}': 1, 'pay {"order":"A-2"}': 1}


def test_the_same_for_asynchronous_tools_and_a_delivery_that_comes_twice(tmp_path: Path) -> None:
    DONE.clear()
    with agentprobe.session(
        trace=tmp_path / "t.jsonl", schedule="duplicate_delivery@tool:pay_async"
    ) as active:
        assert asyncio.run(pay_async("A-1")) == "paid"
    assert active.injector is not None
    assert len(active.injector.receipts) == 1
    assert read_trace(tmp_path / "t.jsonl").ledger().times() == {'pay_async {"order":"A-1"}': 1}


def test_outside_a_tool_nothing_happens() -> None:
    DONE.clear()
    agentprobe.unchanged()
    assert pay("A-1") == "paid"
