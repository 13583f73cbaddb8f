"""burst_limit, as the SDKs meet it on virtual time, and as a script."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import anthropic
import openai
import pytest
from tests.chaos.asking import DIALECTS

from agentprobe.basis.clock import VirtualClock
from agentprobe.basis.virtual_loop import run_virtually
from agentprobe.chaos.fault import Notes, Occasion
from agentprobe.chaos.faults.burst_limit import BurstLimit
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.model import ModelAnswer
from agentprobe.domain.wire import HttpReply
from agentprobe.kernel.boundary import Boundary

DONE = ModelAnswer(text="Done.")
ASK: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def script(clock: VirtualClock, notes: Notes, dialect: str = "openai_chat") -> HttpReply | None:
    """Ask once; the refusal, or None where the call passed unmarked."""
    fault = BurstLimit(allowed=2, seconds=10).on(Occasion(notes=notes, clock=clock))
    call = Call(kind=Kind.MODEL, name="m", dialect=dialect)
    outcome = Boundary([fault], clock).call(call, lambda _: None)
    reply: HttpReply | None = outcome.value
    assert outcome.marks == (() if reply is None else ("fault:burst_limit",))
    return reply


def test_so_many_pass_within_any_window_and_refused_ones_do_not_count() -> None:
    clock, notes, passed = VirtualClock(), Notes(), []
    for second in range(25):
        clock.reach(second)
        if script(clock, notes) is None:
            passed.append(second)
    assert passed == [0, 1, 10, 11, 20, 21]


def test_a_refusal_says_the_limit_and_when_the_oldest_call_falls_out_of_the_window() -> None:
    clock, notes = VirtualClock(), Notes()
    script(clock, notes)
    clock.reach(4)
    script(clock, notes)
    clock.reach(6.5)
    reply = script(clock, notes)
    assert reply is not None
    assert reply.status == 429
    said = {name: reply.header(f"x-ratelimit-{name}-requests") for name in ("limit", "remaining", "reset")}
    assert said == {"limit": "2", "remaining": "0", "reset": "3.5s"}
    assert (reply.header("retry-after"), reply.header("retry-after-ms")) == ("4", "3500")
    assert b"Limit 2, Used 2, Requested 1. Please try again in 3.5s." in reply.body


def test_anthropic_says_the_moment() -> None:
    clock, notes = VirtualClock(datetime(2026, 3, 1, 12, tzinfo=UTC)), Notes()
    for _ in range(2):
        script(clock, notes, "anthropic_messages")
    clock.reach(7)
    reply = script(clock, notes, "anthropic_messages")
    assert reply is not None
    assert reply.header("anthropic-ratelimit-requests-limit") == "2"
    assert reply.header("anthropic-ratelimit-requests-remaining") == "0"
    assert reply.header("anthropic-ratelimit-requests-reset") == "2026-03-01T12:00:10Z"


@pytest.mark.parametrize("name", DIALECTS)
def test_every_protocol_refuses_in_its_own_words(name: str) -> None:
    clock, notes = VirtualClock(), Notes()
    replies = [script(clock, notes, name) for _ in range(3)]
    assert replies[:2] == [None, None]
    assert replies[2] is not None
    assert replies[2].status == 429
    assert dialect_named(name).read_answer(replies[2]).error is not None


def test_openais_sdk_waits_until_there_is_room(rig: Any) -> None:
    one = rig("openai_chat", "burst_limit(allowed=2, seconds=10)@model", DONE)

    async def main() -> list[Any]:
        async with one.openai_async_client() as client:
            return await asyncio.gather(*(client.chat.completions.create(**ASK) for _ in range(4)))

    answers = run_virtually(main(), one.clock)
    assert [answer.choices[0].message.content for answer in answers] == ["Done."] * 4
    assert (len(one.asked), len(one.attempts)) == (4, 6)
    assert one.clock.now() == pytest.approx(10, abs=0.01)


@pytest.mark.parametrize(("dialect", "sdk"), [("openai_chat", openai), ("anthropic_messages", anthropic)])
def test_whoever_does_not_wait_gets_the_sdks_own_error(rig: Any, dialect: str, sdk: Any) -> None:
    one = rig(dialect, "burst_limit(allowed=1)@model", DONE)
    if sdk is openai:
        ask = one.openai_client().chat.completions.create
    else:
        ask = one.anthropic_client().messages.create
    more = {} if sdk is openai else {"max_tokens": 9}
    ask(**ASK, **more)
    with pytest.raises(sdk.RateLimitError) as caught:
        ask(**ASK, **more)
    assert caught.value.response.headers["retry-after"] == "60"
    assert [receipt.nth for receipt in one.injector.receipts] == [2]
