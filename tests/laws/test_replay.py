"""Replaying a recording gives the recording, over generated worlds."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.adapters.orders import Orders
from agentprobe.basis.canonical import canonical
from agentprobe.basis.clock import VirtualClock
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import CutOff, TimedOut, WorldFailure
from agentprobe.trace.body import unpacked_bytes
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.read import read_trace
from agentprobe.trace.redact import Redaction
from agentprobe.trace.replay.compare import compare
from agentprobe.trace.replay.room import Replaying
from agentprobe.trace.replay.tokens import shared
from agentprobe.trace.stand_ins import KEPT

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
CLEANER = Redaction()
PARTS = st.lists(st.tuples(st.binary(min_size=1, max_size=12), st.floats(0, 100)), max_size=5)


class Model(NamedTuple):
    """What one model call meets: a reply, perhaps broken off, or nothing but a failure."""

    question: str
    status: int
    parts: list[tuple[bytes, float]]
    failure: WorldFailure | None
    silent: bool


class Tool(NamedTuple):
    """What one tool call meets."""

    argument: Any
    value: Any
    failure: Exception | None


models = st.builds(
    Model,
    st.sampled_from(["a", "b"]),
    st.sampled_from([200, 429, 500]),
    PARTS,
    st.none() | st.builds(CutOff, st.just("closed")) | st.builds(TimedOut, st.floats(0.1, 600)),
    st.booleans(),
)
tools = st.builds(
    Tool,
    JSON_VALUES,
    JSON_VALUES,
    st.none() | st.builds(ValueError, st.text(max_size=5)) | st.just(CutOff("x")),
)


def keeps_all(step: Model | Tool) -> bool:
    """What holds a secret by chance is cleaned before it is written, and so cannot come back as it was."""
    if isinstance(step, Tool):
        return not CLEANER.finds(canonical([step.argument, step.value, str(step.failure)]))
    told = b"".join(data for data, _ in step.parts)
    return not CLEANER.finds(told) and KEPT not in told


runs = st.lists((models | tools).filter(keeps_all), max_size=8)


def call_of(step: Model | Tool) -> Call:
    if isinstance(step, Tool):
        return Call(kind=Kind.TOOL, name="find", request={"x": step.argument})
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": step.question}]}).encode()
    request = HttpRequest(method="POST", target="/v1/chat/completions", body=body)
    return Call(kind=Kind.MODEL, name="m", request=request, dialect="openai_chat")


def opened(step: Model, _: Call) -> Generator[Piece, None, None]:
    if step.failure is None or not step.silent:
        yield HttpReply(status=step.status, headers=(("x-id", "7"),))
        seconds = 0.0
        for data, pause in step.parts:
            seconds += round(pause, 3)
            yield Chunk(data, seconds)
    if step.failure is not None:
        raise step.failure


def happen(step: Tool, _: Call) -> Any:
    if step.failure is not None:
        raise step.failure
    return step.value


def unreachable(_: Any) -> Any:
    raise AssertionError("the world was asked in a replay")


def played(path: Path, steps: list[Model | Tool], replaying: Replaying | None) -> list[TracedCall]:
    """The calls of a run as a recorder at the agent's side saw them."""
    with Orders(id="s", trace=path, replay=replaying).open(clock=VirtualClock()) as active:
        for step in steps:
            boundary, call = active.session.boundary, call_of(step)
            with suppress(WorldFailure):
                if isinstance(step, Tool):
                    boundary.call(call, unreachable if replaying else partial(happen, step))
                else:
                    list(boundary.stream(call, unreachable if replaying else partial(opened, step)))
    return list(read_trace(path).calls)


def told(call: TracedCall) -> tuple[object, ...]:
    """All that the agent was told."""
    outcome = call.outcome
    assert outcome is not None
    return (
        call.name,
        call.request,
        outcome.status,
        outcome.headers,
        outcome.first_chunk,
        outcome.chunks,
        unpacked_bytes(outcome.body),
        call.value,
        call.answer,
        call.failure,
        call.complete,
    )


@given(runs)
def test_replaying_a_recording_gives_the_recording(steps: list[Model | Tool]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recorded = played(folder / "first.jsonl", steps, None)
        replaying = Replaying(trace=folder / "first.jsonl", pace=True)
        again = played(folder / "again.jsonl", steps, replaying)
        assert [told(call) for call in again] == [told(call) for call in recorded]
        repetition = compare(read_trace(folder / "first.jsonl"), read_trace(folder / "again.jsonl"))
        assert repetition.exact
        assert repetition.tokens.rate == 1
        assert repetition.replayed == len(steps)


@given(runs)
def test_without_pace_only_the_waiting_is_gone(steps: list[Model | Tool]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recorded = played(folder / "first.jsonl", steps, None)
        again = played(folder / "again.jsonl", steps, Replaying(trace=folder / "first.jsonl"))
        headers = 3
        kept = [[fact for at, fact in enumerate(told(call)) if at != headers] for call in recorded]
        assert [[fact for at, fact in enumerate(told(call)) if at != headers] for call in again] == kept


@given(st.lists(models.filter(keeps_all), max_size=6))
def test_a_replay_is_the_same_for_an_asynchronous_agent(steps: list[Model]) -> None:
    async def pieces(step: Model, call: Call) -> AsyncGenerator[Piece, None]:
        for piece in opened(step, call):
            yield piece

    async def asked(path: Path, replaying: Replaying | None) -> None:
        with Orders(id="s", trace=path, replay=replaying).open(clock=VirtualClock()) as active:
            for step in steps:
                with suppress(WorldFailure):
                    open_ = unreachable if replaying else partial(pieces, step)
                    async for _ in active.session.boundary.stream_async(call_of(step), open_):
                        pass

    with tempfile.TemporaryDirectory() as name:
        first, again = Path(name) / "first.jsonl", Path(name) / "again.jsonl"
        asyncio.run(asked(first, None))
        asyncio.run(asked(again, Replaying(trace=first, pace=True)))
        replayed = [told(call) for call in read_trace(again).calls]
        assert replayed == [told(call) for call in read_trace(first).calls]


WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=12)


@given(WORDS, WORDS)
def test_the_share_of_tokens_is_a_share(recorded: list[str], again: list[str]) -> None:
    share = shared(recorded, again)
    assert 0 <= share.matched <= min(len(recorded), len(again))
    assert share.total == max(len(recorded), len(again))
    assert shared(recorded, recorded).rate == 1
    assert (share.rate == 1) == (recorded == again)
