"""Of a tool that only reads somebody may say so who cannot change its code."""

from __future__ import annotations

from pathlib import Path

import agentprobe
from agentprobe.adapters.orders import Orders
from agentprobe.trace.read import read_trace


@agentprobe.tool
def look(city: str) -> str:
    return f"rain in {city}"


@agentprobe.tool
def pay(order: str) -> str:
    return f"paid {order}"


def times(trace: Path, *reads: str) -> dict[str, int]:
    trace.unlink(missing_ok=True)
    orders = Orders(id="s", trace=trace, schedule="duplicate_delivery@tool", reads=reads)
    with Orders.from_json(orders.to_json()).open():
        assert look("Oslo") == "rain in Oslo"
        assert pay("A-1") == "paid A-1"
    return dict(read_trace(trace).ledger().times())


def test_what_only_reads_is_in_no_ledger(tmp_path: Path) -> None:
    both = times(tmp_path / "t.jsonl")
    assert both == {'look {"city":"Oslo"}': 2, 'pay {"order":"A-1"}': 2}
    assert times(tmp_path / "t.jsonl", "look") == {'pay {"order":"A-1"}': 2}


def test_a_name_that_no_tool_has_changes_nothing(tmp_path: Path) -> None:
    assert len(times(tmp_path / "t.jsonl", "lok")) == 2
