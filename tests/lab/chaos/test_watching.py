"""A witness in the process sees what a trace tells."""

from __future__ import annotations

from pathlib import Path

import pytest

import agentprobe
from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import VirtualClock
from agentprobe.chaos.schedule import Schedule
from agentprobe.errors import BudgetSpent
from agentprobe.lab.chaos.watching import Look
from agentprobe.lab.reading import seen_in
from agentprobe.lab.runners.calling import call_agent
from agentprobe.lab.seen import Seen
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_object

SCHEDULES = [
    "",
    "tool_error@tool:refund:1",
    "tool_error(after=true)@tool:refund:1",
    "duplicate_delivery@tool:refund:1",
    "crash_after_effect@tool:refund:1",
    "cut_answer@model:3",
    "cut_stream@model:2",
    "hang@model:2",
    "server_error@model:2+",
    "empty_result@tool:find, latency@model:1",
    "wrong_usage(how=huge)@model:1",
    "repeated_call@model:2",
]


def seen(shop: Path, agent: str, schedule: str, *, light: bool) -> Seen:
    """The agent's run under a schedule, by a witness or by its trace."""
    trace = shop / "trace.jsonl"
    trace.unlink(missing_ok=True)
    model = SimulatedModel(load_object("shop:Clerk", shop)())
    clock, look = VirtualClock(), Look(most_calls=100)
    orders = Orders(
        id="s",
        trace=None if light else trace,
        schedule=str(Schedule.parse(schedule)),
        virtual=True,
        simulated=True,
    )
    active = orders.open(model.pieces, clock, rooms=look.rooms(clock) if light else ())
    look.opened(active)
    call_agent(load_object(f"shop:{agent}", shop), "Refund 30.", {}, active, restarts=1)
    return look.seen if light else seen_in(trace)


@pytest.mark.parametrize("agent", ["careless", "careful", "shaken"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_witness_and_a_trace_tell_the_same(shop: Path, agent: str, schedule: str) -> None:
    with agentprobe.session():  # puts the hooks in place
        pass
    light, traced = (seen(shop, agent, schedule, light=light) for light in (True, False))
    for field in ("model_calls", "tool_calls", "ledger", "cut_text", "provider_failure"):
        assert getattr(light, field) == getattr(traced, field), field
    assert (light.input_tokens, light.output_tokens) == (traced.input_tokens, traced.output_tokens)
    assert {str(one) for one in light.receipts} == {str(one) for one in traced.receipts}


def test_a_run_that_asks_the_model_without_end_is_ended(shop: Path) -> None:
    model = SimulatedModel(load_object("shop:Clerk", shop)())
    clock, look = VirtualClock(), Look(most_calls=2)
    with agentprobe.session():
        pass
    active = Orders(id="s", virtual=True, simulated=True).open(model.pieces, clock, rooms=look.rooms(clock))
    ending = call_agent(load_object("shop:careful", shop), "Refund 30.", {}, active)
    assert ending.raised.startswith(BudgetSpent.__name__)
    assert look.seen.model_calls == 2
