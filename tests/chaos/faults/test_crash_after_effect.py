"""crash_after_effect: the tool has done its work, and nothing of the agent runs any more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import agentprobe
from agentprobe.adapters.orders import Orders
from agentprobe.errors import Killed
from agentprobe.trace.read import read_trace

PAID: list[str] = []


@agentprobe.tool(effect="write", key="order")
def pay(order: str) -> str:
    PAID.append(order)
    return f"paid {order}"


@agentprobe.tool(effect="write")
def broken(order: str) -> str:
    raise ConnectionError("down")


def careful() -> str:
    """Handles whatever an agent can handle."""
    try:
        return pay("A-1")
    except Exception:
        return "handled"


def stubborn() -> None:
    """Goes on after anything at all."""
    try:
        pay("A-1")
    except BaseException:
        pay("A-2")


@pytest.mark.parametrize("agent", [careful, stubborn])
def test_the_effect_is_there_and_what_is_dead_does_nothing_more(agent: Callable[[], object]) -> None:
    PAID.clear()
    with pytest.raises(Killed), agentprobe.session(virtual=True, schedule="crash_after_effect@tool:pay:1"):
        agent()
    assert PAID == ["A-1"]


def test_a_tool_that_failed_by_itself_kills_nobody() -> None:
    with (
        agentprobe.session(virtual=True, schedule="crash_after_effect@tool:broken") as active,
        pytest.raises(ConnectionError),
    ):
        broken("A-1")
    assert active.injector is not None
    assert active.injector.receipts == ()


def test_a_process_of_the_agents_own_ends_as_by_a_kill_and_the_effect_is_on_record(tmp_path: Path) -> None:
    program = """
import atexit, agentprobe
atexit.register(print, "cleaned up")
@agentprobe.tool(effect="write", key="order")
def pay(order):
    return "paid"
try:
    pay("A-1")
finally:
    print("finally", flush=True)
"""
    trace = tmp_path / "trace.jsonl"
    orders = Orders(id="s", trace=trace, schedule="crash_after_effect@tool:pay")
    child = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "AGENTPROBE_SESSION": orders.to_json()},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (child.returncode, child.stdout) == (137, "")
    assert read_trace(trace).ledger().times() == {'pay {"order":"A-1"}': 1}
