"""Which faults can strike a run, and where they tell most."""

from __future__ import annotations

from agentprobe.chaos.fault import FAULTS
from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import Strike
from agentprobe.lab.chaos.reach import Reach, together
from agentprobe.lab.chaos.shot import Used

RUN = (
    Used(site="model", nth=1, ok=True, wishes=1, name="find", turns=1, tools=True),
    Used(site="model", nth=2, ok=True, wishes=1, name="refund", told=1, turns=3, tools=True),
    Used(site="model", nth=3, ok=True, told=1, turns=5, tools=True),
    Used(site="tool:find", nth=1, ok=True, name="find"),
    Used(site="tool:refund", nth=1, ok=True, name="refund", write=True),
)


def strikes(name: str) -> list[str]:
    return [str(strike) for strike in Reach(RUN).strikes([FAULTS.get(name)()])]


def test_an_outage_is_tried_where_a_write_was_just_done() -> None:
    assert strikes("server_error") == ["server_error@model:3", "server_error@model:3+"]


def test_what_does_not_pass_is_tried_to_the_end() -> None:
    assert strikes("quota_exhausted") == ["quota_exhausted@model:3+"]


def test_a_call_that_is_spoilt_is_first_the_one_that_writes() -> None:
    assert strikes("missing_argument")[0] == "missing_argument@model:2"


def test_what_cannot_strike_is_left_out() -> None:
    assert strikes("unterminated_stream") == []
    assert strikes("results_swapped") == []
    assert strikes("stale_result") == []


def test_delivery_is_tried_on_writes_alone() -> None:
    assert strikes("duplicate_delivery") == ["duplicate_delivery@tool:refund:1"]


def test_every_fault_aims_at_what_it_can_strike() -> None:
    for fault in FAULTS:
        for form in fault.variants():
            for strike in Reach(RUN).strikes([form]):
                assert Schedule.parse(str(strike)).strikes == (strike,)


def of(text: str) -> Strike:
    (strike,) = Schedule.parse(text).strikes
    return strike


def test_faults_at_one_call_hide_each_other() -> None:
    assert not together(of("hang@model:2"), of("server_error@model:2+"))
    assert not together(of("tool_error@tool"), of("hang@tool:find:1"))
    assert together(of("hang@model:2"), of("server_error@model:3+"))
    assert together(of("hang@model:2"), of("tool_error@tool:find:2"))
