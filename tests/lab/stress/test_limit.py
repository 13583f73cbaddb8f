"""Limits that all sessions of a load share."""

from __future__ import annotations

from datetime import UTC, datetime

import anthropic
import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.adapters import http_hook
from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import VirtualClock
from agentprobe.errors import ConfigError, RateLimited
from agentprobe.lab.stress.limit import Limits, Provider, limits_of
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policies import POLICIES

TIMES = st.lists(st.floats(0, 3, allow_nan=False), max_size=40)


@given(gaps=TIMES, requests=st.integers(1, 5), seconds=st.sampled_from([1.0, 2.5]))
def test_within_any_window_no_more_pass_than_are_allowed(
    gaps: list[float], requests: int, seconds: float
) -> None:
    clock = VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))
    provider = Provider(Limits(requests=requests, seconds=seconds), clock)
    passed = []
    for gap in gaps:
        clock.sleep(gap)
        if provider.admit() is None:
            provider.leave()
            passed.append(clock.now())
    for first in passed:
        assert sum(first <= moment < first + seconds for moment in passed) <= requests


@given(comes=st.lists(st.booleans(), max_size=60), capacity=st.integers(1, 4))
def test_never_are_more_under_way_than_there_is_room_for(comes: list[bool], capacity: int) -> None:
    provider, inside = Provider(Limits(capacity=capacity), VirtualClock()), 0
    for coming in comes:
        if coming and provider.admit() is None:
            inside += 1
        elif not coming and inside:
            provider.leave()
            inside -= 1
        assert provider.under_way == inside <= capacity


@given(gaps=TIMES)
def test_whoever_waits_as_long_as_it_is_told_passes(gaps: list[float]) -> None:
    clock = VirtualClock()
    provider = Provider(Limits(requests=1), clock)
    for gap in gaps:
        clock.sleep(gap)
        refusal = provider.admit()
        if isinstance(refusal, RateLimited):
            assert refusal.retry_after is not None
            clock.sleep(refusal.retry_after + 1e-6)
            assert provider.admit() is None


def _asked_twice(limits: Limits, ask: object) -> None:
    http_hook.install()
    clock = VirtualClock()
    provider = Provider(limits, clock)
    model = SimulatedModel(POLICIES.get("echo")())
    for number in range(2):
        orders = Orders(id=str(number), virtual=True, simulated=True)
        with orders.open(answer=model.pieces, clock=clock, rooms=[provider.room]):
            ask()  # type: ignore[operator]


def test_the_openai_sdk_reads_the_shared_limit_as_its_own_rate_limit() -> None:
    client = openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=0)

    def ask() -> None:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])

    with pytest.raises(openai.RateLimitError) as caught:
        _asked_twice(Limits(requests=1, seconds=60), ask)
    headers = caught.value.response.headers
    assert float(headers["retry-after"]) == 60
    assert headers["x-ratelimit-limit-requests"] == "1"
    assert headers["x-ratelimit-remaining-requests"] == "0"


def test_of_anthropic_being_full_is_529() -> None:
    client = anthropic.Anthropic(api_key="k", base_url="http://127.0.0.1:9", max_retries=0)
    provider = Provider(Limits(capacity=1), VirtualClock())
    assert provider.admit() is None
    orders = Orders(id="full", virtual=True, simulated=True)
    model = SimulatedModel(POLICIES.get("echo")())
    http_hook.install()
    with (
        orders.open(answer=model.pieces, rooms=[provider.room]),
        pytest.raises(anthropic.APIStatusError) as caught,
    ):
        client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}])
    assert (caught.value.status_code, caught.value.type) == (529, "overloaded_error")


def test_a_stream_that_is_given_up_leaves_its_place_to_others() -> None:
    http_hook.install()
    provider = Provider(Limits(capacity=1), VirtualClock())
    model = SimulatedModel(POLICIES.get("echo")())
    asked = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "a b c d " * 200}]}
    orders = Orders(id="stream", virtual=True, simulated=True)
    with orders.open(answer=model.pieces, rooms=[provider.room]), httpx2.Client() as client:
        url = "http://127.0.0.1:9/v1/chat/completions"
        with client.stream("POST", url, json=asked) as reply:
            pieces = reply.iter_raw()
            assert next(pieces)
            assert provider.under_way == 1
        assert provider.under_way == 0


@pytest.mark.parametrize(
    ("text", "limits"), [("5", (5, 1.0)), ("5/s", (5, 1.0)), ("300/min", (300, 60.0)), ("", (None, 1.0))]
)
def test_limits_are_written_as_people_write_them(text: str, limits: tuple[int | None, float]) -> None:
    found = limits_of(text, None)
    assert (found.requests, found.seconds) == limits


@pytest.mark.parametrize("text", ["fast", "0", "5/h", "-1"])
def test_other_words_for_limits_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="--limit takes model calls"):
        limits_of(text, None)
