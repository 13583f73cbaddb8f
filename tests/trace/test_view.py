"""What a trace tells: attempts joined, tool calls once each, effects by what the world saw, order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.basis.virtual_loop import run_virtually
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Effect, Kind, Outcome
from agentprobe.domain.model import Message, ModelAnswer, ModelRequest, ToolCall, ToolResult, Usage
from agentprobe.domain.wire import HttpReply, HttpRequest, Piece
from agentprobe.errors import RateLimited, ServerError
from agentprobe.kernel.boundary import Boundary
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Interceptor, Passage
from agentprobe.trace.read import read_trace
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.view import Trace
from agentprobe.trace.writer import TraceWriter

HELLO = ModelRequest(model="m-1", messages=(Message(role="user", text="Hello"),))
DONE = ModelAnswer(id="a", model="m-1", text="Done.", usage=Usage(input_tokens=10, output_tokens=2))


class Story:
    """A session on virtual time, told call by call."""

    def __init__(
        self, path: Path, *rooms: Interceptor, dialect: str = "openai_chat", by: str = "process"
    ) -> None:
        self.path = path
        self.clock = VirtualClock()
        self.writer = TraceWriter(path, by=by)
        self.writer.header(session="story", started=self.clock.date().isoformat())
        self.dialect = dialect_named(dialect)
        sides = [Recorder(self.writer, self.clock, place) for place in (Place.AGENT_SIDE, Place.WORLD_SIDE)]
        self.boundary = Boundary([*sides, *rooms] if rooms else sides[:1], self.clock)

    def _call(self, request: ModelRequest, attempt: int | None = None, path: str = "") -> Call:
        count = () if attempt is None else (("x-stainless-retry-count", str(attempt)),)
        body = self.dialect.write_request(request)
        wire = HttpRequest(method="POST", target="/v1/x", headers=count, body=body)
        return Call(kind=Kind.MODEL, name=request.model, request=wire, dialect=self.dialect.name, path=path)

    def model(
        self,
        request: ModelRequest = HELLO,
        answer: ModelAnswer | HttpReply | None = DONE,
        attempt: int | None = None,
    ) -> None:
        reply = self.dialect.write_answer(answer, request) if isinstance(answer, ModelAnswer) else answer

        def answering(_: Call) -> Generator[Piece, None, None]:
            assert reply is not None
            yield reply.head
            yield from reply.chunks

        list(self.boundary.stream(self._call(request, attempt), answering))

    async def model_async(self, seconds: float, status: int, attempt: int) -> None:
        reply = self.dialect.write_answer(DONE, HELLO)

        async def answering(_: Call) -> AsyncGenerator[Piece, None]:
            await self.clock.pause(seconds)
            yield replace(reply.head, status=status)
            for chunk in reply.chunks:
                yield chunk

        async for _ in self.boundary.stream_async(self._call(HELLO, attempt), answering):
            pass

    def tool(self, name: str, result: Any = "ok", *, writes: bool = False, **arguments: Any) -> None:
        effect = Effect.WRITE if writes else Effect.READ
        call = Call(kind=Kind.TOOL, name=name, request=arguments, effect=effect)
        self.boundary.call(call, lambda _: result)

    async def tool_async(self, name: str, seconds: float, path: str = "") -> None:
        async def perform(_: Call) -> str:
            await self.clock.pause(seconds)
            return "ok"

        await self.boundary.call_async(Call(kind=Kind.TOOL, name=name, request={}, path=path), perform)

    @property
    def limited(self) -> HttpReply | None:
        return self.dialect.write_failure(RateLimited(0.5))

    def trace(self) -> Trace:
        self.writer.end()
        return read_trace(self.path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "story.jsonl"


def _wishing(*calls: ToolCall) -> ModelAnswer:
    return ModelAnswer(id="w", model="m-1", tool_calls=calls)


def _told(request: ModelRequest, wish: ModelAnswer, **results: str) -> ModelRequest:
    answers = (
        Message(role="tool", results=(ToolResult(call_id=ref, content=text),))
        for ref, text in results.items()
    )
    asked = Message(role="assistant", tool_calls=wish.tool_calls)
    return replace(request, messages=(*request.messages, asked, *answers))


def test_attempts_that_an_sdk_counts_become_one_model_call(path: Path) -> None:
    story = Story(path)
    story.model(answer=story.limited, attempt=0)
    story.model(answer=story.limited, attempt=1)
    story.model(attempt=2)
    trace = story.trace()
    (call,) = trace.logical_calls
    assert call.statuses == (429, 429, 200)
    assert (trace.retries, call.failed, call.answer and call.answer.text) == (2, False, "Done.")


def test_a_repetition_after_a_failure_is_a_retry_even_if_nobody_counts(path: Path) -> None:
    story = Story(path)
    story.model(answer=story.limited)
    story.model()
    assert [call.statuses for call in story.trace().logical_calls] == [(429, 200)]


def test_an_answer_that_the_agent_left_half_way_and_asked_for_again_is_one_call(path: Path) -> None:
    story = Story(path)
    asked = replace(HELLO, stream=True)
    reply = story.dialect.write_answer(DONE, asked)

    def answering(_: Call) -> Generator[Piece, None, None]:
        yield reply.head
        yield from reply.chunks

    pieces = story.boundary.stream(story._call(asked), answering)
    next(pieces), next(pieces)
    pieces.close()
    story.model(asked)
    (call,) = story.trace().logical_calls
    assert [(attempt.left, attempt.status) for attempt in call.attempts] == [(True, 200), (False, 200)]


def test_the_same_question_asked_again_after_an_answer_is_another_call(path: Path) -> None:
    story = Story(path)
    story.model()
    story.model()
    assert len(story.trace().logical_calls) == 2


def test_equal_calls_under_way_together_keep_their_own_retries(path: Path) -> None:
    story = Story(path)

    async def both() -> None:
        async def one(pause: float) -> None:
            await story.clock.pause(pause)
            await story.model_async(1.0, 500, 0)
            await story.model_async(1.0, 200, 1)

        await asyncio.gather(one(0.0), one(0.5))

    run_virtually(both(), story.clock)
    assert [call.statuses for call in story.trace().logical_calls] == [(500, 200), (500, 200)]


@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
def test_a_tool_seen_only_in_the_model_traffic_is_told_with_its_result(path: Path, dialect: str) -> None:
    story = Story(path, dialect=dialect)
    wish = _wishing(
        ToolCall(id="t1", name="look", arguments='{"id": 1}'),
        ToolCall(id="t2", name="look", arguments='{"id": 2}'),
    )
    story.model(HELLO, wish)
    story.model(_told(HELLO, wish, t1="one"), DONE)
    first, second = story.trace().tool_calls
    assert (first.name, first.arguments, first.result, first.seen) == ("look", {"id": 1}, "one", "wire")
    assert (second.result, second.answered) == (None, False)
    assert first.asked_by is second.asked_by


def test_a_result_of_an_earlier_conversation_is_not_taken_for_a_later_ones(path: Path) -> None:
    story = Story(path)
    wish = _wishing(ToolCall(id="t1", name="look", arguments="{}"))
    story.model(HELLO, wish)
    story.model(_told(HELLO, wish, t1="one"), DONE)
    story.model(replace(HELLO, messages=(Message(role="user", text="Again"),)), wish)
    first, second = story.trace().tool_calls
    assert (first.result, second.result, second.answered) == ("one", None, False)


def test_a_tool_seen_both_ways_is_told_once(path: Path) -> None:
    story = Story(path)
    wish = _wishing(ToolCall(id="t1", name="look", arguments='{"id": 1}'))
    story.model(HELLO, wish)
    story.tool("look", {"found": True}, id=1, limit=10)
    story.model(_told(HELLO, wish, t1='{"found": true}'), DONE)
    (use,) = story.trace().tool_calls
    assert (use.seen, use.arguments, use.result, use.ref) == (
        "process",
        {"id": 1, "limit": 10},
        {"found": True},
        "t1",
    )
    assert use.asked_by is not None


def test_a_tool_whose_arguments_a_framework_has_changed_is_told_once(path: Path) -> None:
    story = Story(path)
    wish = _wishing(ToolCall(id="t1", name="look", arguments='{"id": "1"}'))
    story.model(HELLO, wish)
    story.tool("look", id=1)
    story.model(_told(HELLO, wish, t1="ok"), DONE)
    story.tool("look", id=3)
    assert [(use.arguments, use.ref) for use in story.trace().tool_calls] == [
        ({"id": 1}, "t1"),
        ({"id": 3}, ""),
    ]


def test_two_processes_make_one_story(path: Path) -> None:
    gateway = Story(path)
    wish = _wishing(ToolCall(id="t1", name="look", arguments="{}"))
    gateway.model(HELLO, wish)
    child = Story(path, by="process:77")
    child.tool("look")
    gateway.model(_told(HELLO, wish, t1="ok"), DONE)
    child.writer.end("ok")
    trace = gateway.trace()
    assert [(use.name, use.seen, use.call and use.call.by) for use in trace.tool_calls] == [
        ("look", "process", "process:77")
    ]
    assert trace.ended is not None
    assert trace.ended.by == "process"


class Twice:
    """A room that has every write carried out twice."""

    place = Place.INJECT

    def intercept(self, call: Call) -> Passage:
        yield call
        return (yield call).marked("fault:twice")


class Never:
    """A room that says yes and does nothing."""

    place = Place.INJECT

    def intercept(self, call: Call) -> Passage:
        yield from ()
        return Outcome(value="ok").marked("fault:never")


class Lost:
    """A room that loses the answer to a write that was carried out."""

    place = Place.INJECT

    def intercept(self, call: Call) -> Passage:
        yield call
        return Outcome(error=ServerError()).marked("fault:lost")


@pytest.mark.parametrize(("room", "times"), [(Twice(), 2), (Never(), 0), (Lost(), 1)])
def test_the_ledger_counts_what_the_world_was_asked_not_what_the_agent_saw(
    path: Path, room: Interceptor, times: int
) -> None:
    story = Story(path, room)
    story.tool("refund", writes=True, invoice=17)
    assert list(story.trace().ledger().times().values()) == ([times] if times else [])


def test_the_ledger_knows_repeated_writes_and_leaves_reads_out(path: Path) -> None:
    story = Story(path)
    story.tool("look", id=1)
    for invoice in (17, 18, 17):
        story.tool("refund", writes=True, invoice=invoice)
    ledger = story.trace().ledger()
    assert len(ledger.effects) == 3
    assert ledger.repeated() == ('refund {"invoice":17}',)


def test_a_write_whose_end_nobody_knows_is_not_counted_as_done(path: Path) -> None:
    story = Story(path)

    def broken(_: Call) -> None:
        raise ConnectionError("reset")

    call = Call(kind=Kind.TOOL, name="refund", request={}, effect=Effect.WRITE, intent="once")
    story.boundary.call(call, broken)
    (effect,) = story.trace().ledger().effects
    assert not effect.committed


def test_of_tools_under_way_together_the_overtaken_are_told_and_nested_ones_are_not(path: Path) -> None:
    story = Story(path)

    async def run() -> None:
        await asyncio.gather(
            story.tool_async("slow", 3.0),
            story.tool_async("quick", 1.0),
            story.tool_async("inner", 2.0, path="slow"),
        )
        await story.tool_async("later", 1.0)

    run_virtually(run(), story.clock)
    pairs = [(earlier.name, later.name) for earlier, later in story.trace().inversions]
    assert pairs == [("slow", "quick")]


def test_totals_are_unknown_where_no_provider_reports_and_sums_where_some_do(path: Path) -> None:
    story = Story(path)
    story.model(answer=story.limited)
    assert story.trace().usage.input_tokens is None
    path.unlink()
    story = Story(path)
    story.model()
    story.model()
    assert (story.trace().usage.input_tokens, story.trace().usage.output_tokens) == (20, 4)
