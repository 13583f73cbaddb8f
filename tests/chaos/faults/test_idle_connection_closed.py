"""idle_connection_closed, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.chaos.fault import Occasion
from agentprobe.chaos.faults.idle_connection_closed import IdleConnectionClosed
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.errors import CutOff
from agentprobe.kernel.room import Wait

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way

CALL = Call(kind=Kind.MODEL, name="m")


def test_without_a_retry_every_second_call_fails(way: Way, meet: Meet) -> None:
    met = meet(way, "idle_connection_closed@model", *[{"retries": 0}] * 5)
    assert [said.error is None for said in met.said] == [True, False, True, False, True]
    assert isinstance(met.said[1].error, way.sdk.APIConnectionError)
    assert "disconnected without sending a response" in str(met.said[1].error.__cause__)
    assert met.did == ["the kept connection was closed"] * 2
    assert len(met.asked) == 3


def test_an_sdk_with_retries_gets_over_it_each_time(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "idle_connection_closed@model", {}, {}, {})
    assert all(said.error is None for said in met.said)
    assert len(met.did) == 2


@pytest.mark.parametrize(("rested", "fails"), [(61, True), (59, False)])
def test_only_a_connection_that_has_rested_long_enough_is_closed(rested: float, fails: bool) -> None:
    clock = VirtualClock()
    fault = IdleConnectionClosed(idle=60).on(Occasion(clock=clock))
    first = fault.intercept(CALL)
    assert next(first) == CALL
    with pytest.raises(StopIteration):
        first.send(Outcome(value="answered"))
    clock.sleep(rested)
    step = next(fault.intercept(CALL))
    assert step == (Wait(0.2) if fails else CALL)


def test_a_call_that_fails_leaves_no_connection() -> None:
    fault = IdleConnectionClosed().on(Occasion())
    first = fault.intercept(CALL)
    next(first)
    with pytest.raises(StopIteration):
        first.send(Outcome(error=CutOff()))
    assert next(fault.intercept(CALL)) == CALL
