"""connection_refused, as the real SDKs and a tool meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

import agentprobe

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_the_sdk_tries_three_times_and_says_that_it_could_not_connect(way: Way, meet: Meet) -> None:
    met = meet(way, "connection_refused@model")
    assert isinstance(met.one.error, way.sdk.APIConnectionError)
    assert isinstance(met.one.error.__cause__, httpx2.ConnectError)
    assert met.did == ["the connection was refused"] * 3
    assert met.asked == []


def test_the_sdk_gets_over_two_of_them(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "connection_refused@model:1-2")
    assert met.one.error is None
    assert len(met.asked) == 1


def test_a_tool_fails_as_one_that_cannot_reach_its_service_and_does_nothing() -> None:
    done: list[str] = []

    @agentprobe.tool(effect="write")
    def refund(order: str) -> None:
        done.append(order)

    with agentprobe.session(virtual=True, schedule="connection_refused@tool:refund:1"):
        with pytest.raises(ConnectionRefusedError):
            refund("A-1")
        refund("A-1")
    assert done == ["A-1"]
