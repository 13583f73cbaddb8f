"""`agentprobe.session()` from end to end: real SDKs, real faults, a trace that is read back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anthropic
import httpx2
import openai
import pytest

import agentprobe
from agentprobe.domain.wire import HttpRequest, Piece
from agentprobe.errors import ConfigError, CutOff
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.adapters.conftest import Script, Wire

MESSAGES: Any = [{"role": "user", "content": "hello"}]


@agentprobe.tool(effect="write", key="order")
def refund(order: str) -> str:
    """Give money back."""
    return f"{order} refunded"


def ask(*, stream: bool = False) -> str:
    answer: Any = openai.OpenAI().chat.completions.create(model="m", messages=MESSAGES, stream=stream)
    if stream:
        return "".join(chunk.choices[0].delta.content or "" for chunk in answer)
    return str(answer.choices[0].message.content)


def test_a_session_writes_down_what_crossed_the_boundary(
    tmp_path: Path, wire: Wire, script: Callable[..., Script]
) -> None:
    path = tmp_path / "t.jsonl"
    with agentprobe.session("mine", trace=path, seed=7, model=script(wire.openai("hello"))):
        assert ask() == "hello"
        assert refund("A-1") == "A-1 refunded"
    trace = read_trace(path)
    assert (trace.session, trace.header.seed) == ("mine", 7)
    assert [call.name for call in trace.calls] == ["m", "refund"]
    assert trace.usage.input_tokens == 3
    assert trace.ledger().times() == {'refund {"order":"A-1"}': 1}
    assert trace.complete


def test_an_async_session_is_the_same(tmp_path: Path, wire: Wire, script: Callable[..., Script]) -> None:
    async def story() -> None:
        async with (
            agentprobe.session(trace=tmp_path / "t.jsonl", model=script(wire.openai("hello"))),
            openai.AsyncOpenAI() as client,
        ):
            await client.chat.completions.create(model="m", messages=MESSAGES)

    asyncio.run(story())
    trace = read_trace(tmp_path / "t.jsonl")
    assert [call.name for call in trace.model_calls] == ["m"]
    assert trace.complete


def test_a_model_may_be_an_object_that_gives_pieces(wire: Wire) -> None:
    class Model:
        def pieces(self, request: HttpRequest) -> Generator[Piece, None, None]:
            yield wire.openai("from an object").head
            yield from wire.openai("from an object").chunks

    with agentprobe.session(model=Model()):
        assert ask() == "from an object"


def test_a_schedule_that_cannot_be_read_is_refused_before_anything_begins() -> None:
    with pytest.raises(ConfigError, match="did you mean 'hang'"):
        agentprobe.session(schedule="hnag@model")


def test_a_hang_costs_no_time_and_the_sdk_asks_again(
    tmp_path: Path, wire: Wire, script: Callable[..., Script]
) -> None:
    path, began = tmp_path / "t.jsonl", time.perf_counter()
    model = script(wire.openai("hello"))
    with agentprobe.session(trace=path, schedule="hang@model:1", virtual=True, model=model) as active:
        assert ask() == "hello"
    assert time.perf_counter() - began < 20
    assert active.session.clock.now() > 600
    assert active.injector is not None
    assert [receipt.fault for receipt in active.injector.receipts] == ["hang"]
    trace = read_trace(path)
    assert len(trace.model_calls) == 2
    assert len(trace.logical_calls) == 1
    assert [call.record.nth for call in trace.asked] == [2]


@pytest.mark.parametrize("stream", [False, True])
def test_a_rate_limit_is_met_by_the_sdks_own_retry(
    stream: bool, wire: Wire, script: Callable[..., Script]
) -> None:
    model = script(wire.openai_stream("hel", "lo") if stream else wire.openai("hello"))
    with agentprobe.session(schedule="rate_limited@model:1", virtual=True, model=model) as active:
        assert ask(stream=stream) == "hello"
    assert active.injector is not None
    assert len(active.injector.receipts) == 1
    assert len(model.asked) == 1


def test_a_cut_stream_is_the_raw_error_of_the_library_under_anthropic(
    wire: Wire, script: Callable[..., Script]
) -> None:
    with (
        agentprobe.session(schedule="cut_stream@model", model=script(wire.anthropic_stream("hel", "lo"))),
        anthropic.Anthropic().messages.stream(model="m", messages=MESSAGES, max_tokens=9) as chunks,
        pytest.raises(httpx2.RemoteProtocolError) as caught,
    ):
        "".join(chunks.text_stream)
    assert isinstance(caught.value.__cause__, CutOff)


def test_a_tool_error_by_schedule_takes_the_tools_own_form() -> None:
    with agentprobe.session(schedule="tool_error@tool:refund:1"):
        with pytest.raises(ConnectionError, match="temporarily unavailable"):
            refund("A-1")
        assert refund("A-1") == "A-1 refunded"


def test_the_same_seed_writes_the_same_trace(
    tmp_path: Path, wire: Wire, script: Callable[..., Script]
) -> None:
    def run(name: str, seed: int) -> list[str]:
        path = tmp_path / name
        model = script(wire.openai("hello"))
        schedule = "latency(jitter=0.5)@model~0.5, tool_error@tool~0.5"
        with agentprobe.session("t", trace=path, seed=seed, schedule=schedule, virtual=True, model=model):
            for n in range(6):
                ask()
                try:
                    refund(f"A-{n}")
                except ConnectionError:
                    continue
        return path.read_text().splitlines()

    first = run("a", 1)
    assert first == run("b", 1)
    assert first[1:] != run("c", 2)[1:]
