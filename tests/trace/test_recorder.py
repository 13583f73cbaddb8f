"""The recorder remembers what crossed the boundary and changes nothing."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import AsyncGenerator, Generator
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.basis.clock import VirtualClock
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import LEFT, Call, Effect, Kind, Outcome
from agentprobe.domain.model import (
    Finish,
    Message,
    ModelAnswer,
    ModelRequest,
    ModelSettings,
    ToolCall,
    ToolSpec,
    Usage,
)
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import BudgetSpent, CutOff
from agentprobe.kernel.boundary import Boundary
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Interceptor, Passage
from agentprobe.trace.read import read_trace
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.view import Trace
from agentprobe.trace.writer import TraceWriter

CHAT = dialect_named("openai_chat")
ASKED = ModelRequest(
    model="m-1",
    messages=(Message(role="system", text="Be careful."), Message(role="user", text="Hello")),
    tools=(ToolSpec(name="look", schema={"type": "object"}),),
    settings=ModelSettings(temperature=0.0, max_tokens=9, seed=3, stop=("END",)),
)
ANSWER = ModelAnswer(
    id="a-1",
    model="m-1",
    text="Good day.",
    finish=Finish.STOP,
    finish_raw="stop",
    usage=Usage(input_tokens=12, output_tokens=4),
)
_files = count()


def _call(request: ModelRequest = ASKED, **headers: str) -> Call:
    wire = HttpRequest(
        method="POST",
        target="/v1/chat/completions",
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        body=CHAT.write_request(request),
    )
    return Call(kind=Kind.MODEL, name=request.model, request=wire, dialect="openai_chat")


class Stage:
    """A session whose only room is a recorder, or none, on virtual time."""

    def __init__(self, folder: Path, *, recorded: bool = True) -> None:
        self.path = folder / f"{next(_files)}.jsonl"
        self.clock = VirtualClock()
        self.writer = TraceWriter(self.path)
        self.writer.header(session="s-1", seed=5, started=self.clock.date().isoformat(), clock="virtual")
        rooms = [Recorder(self.writer, self.clock)] if recorded else []
        self.boundary = Boundary(rooms, self.clock)

    def stream(self, call: Call, reply: HttpReply, error: Exception | None = None) -> list[Piece | str]:
        def answering(_: Call) -> Generator[Piece, None, None]:
            yield reply.head
            for chunk in reply.chunks:
                self.clock.sleep(0.5)
                yield chunk
            if error is not None:
                raise error

        seen: list[Piece | str] = []
        try:
            seen += self.boundary.stream(call, answering)
        except CutOff as failure:
            seen.append(str(failure))
        return seen

    async def stream_async(self, call: Call, reply: HttpReply, error: Exception | None = None) -> list[Any]:
        async def answering(_: Call) -> AsyncGenerator[Piece, None]:
            yield reply.head
            for chunk in reply.chunks:
                self.clock.sleep(0.5)
                yield chunk
            if error is not None:
                raise error

        seen: list[Piece | str] = []
        try:
            async for piece in self.boundary.stream_async(call, answering):
                seen.append(piece)
        except CutOff as failure:
            seen.append(str(failure))
        return seen

    def trace(self) -> Trace:
        self.writer.end()
        return read_trace(self.path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("traces")


def test_a_model_call_is_recorded_with_all_that_decides_and_describes_it(folder: Path) -> None:
    stage = Stage(folder)
    stage.stream(_call(x_stainless_retry_count="2"), CHAT.write_answer(ANSWER, ASKED))
    (call,) = stage.trace().model_calls
    assert call.record.attempt == 2
    assert call.settings is not None
    assert (call.settings.temperature, call.settings.stop) == (0.0, ("END",))
    assert call.prompt is not None
    assert call.prompt.count == 2
    assert call.request == json.loads(CHAT.write_request(ASKED))
    assert call.request_bytes == CHAT.write_request(ASKED)
    assert (call.status, call.seconds, call.failed) == (200, 0.5, False)
    assert call.answer == CHAT.read_answer(CHAT.write_answer(ANSWER, ASKED))
    assert call.usage is not None
    assert (call.usage.input_tokens, call.usage.output_tokens) == (12, 4)


def test_prompt_digests_tell_which_part_of_a_prompt_has_changed(folder: Path) -> None:
    stage = Stage(folder)
    other = ModelRequest(
        model="m-1", messages=(ASKED.messages[0], Message(role="user", text="Bye")), tools=ASKED.tools
    )
    for request in (ASKED, ASKED, other):
        stage.stream(_call(request), CHAT.write_answer(ANSWER, request))
    first, again, changed = (call.prompt for call in stage.trace().model_calls)
    assert first is not None
    assert changed is not None
    assert first == again
    assert (first.system, first.tools) == (changed.system, changed.tools)
    assert first.messages != changed.messages


def test_the_pace_of_a_stream_and_its_bytes_can_be_had_again(folder: Path) -> None:
    stage = Stage(folder)
    streamed = ModelRequest(model="m-1", stream=True)
    reply = CHAT.write_answer(ANSWER, streamed)
    paced = reply.with_chunks(Chunk(c.data, 0.25 * n) for n, c in enumerate(reply.chunks, start=1))
    stage.stream(_call(streamed), paced)
    (call,) = stage.trace().model_calls
    assert call.reply == paced
    assert call.outcome is not None
    assert call.outcome.first_chunk == 0.25


pieces = st.lists(st.binary(max_size=40) | st.just(b'data: {"choices": []}\n\n'), max_size=5)


@given(
    status=st.sampled_from([200, 429, 500]),
    chunks=pieces,
    error=st.booleans(),
    stream=st.booleans(),
    body=st.binary(max_size=60),
)
def test_recording_changes_nothing_and_sync_equals_async(
    folder: Path, status: int, chunks: list[bytes], error: bool, stream: bool, body: bytes
) -> None:
    headers = (("content-type", "text/event-stream" if stream else "application/json"),)
    reply = HttpReply(
        status=status, headers=headers, chunks=tuple(Chunk(c, float(n)) for n, c in enumerate(chunks))
    )
    failure = CutOff("gone") if error else None
    call = Call(
        kind=Kind.MODEL,
        name="m",
        request=HttpRequest(method="POST", target="/x", body=body),
        dialect="openai_chat",
    )
    bare, recorded, apart = Stage(folder, recorded=False), Stage(folder), Stage(folder)
    expected = bare.stream(call, reply, failure)
    assert recorded.stream(call, reply, failure) == expected
    assert asyncio.run(apart.stream_async(call, reply, failure)) == expected
    trace = recorded.trace()
    apart.writer.end()
    assert recorded.path.read_bytes() == apart.path.read_bytes()
    assert trace.complete
    assert len(trace.model_calls) == 1


def test_a_stream_that_ends_without_its_end_is_truncated_although_its_status_said_success(
    folder: Path,
) -> None:
    stage = Stage(folder)
    streamed = ModelRequest(model="m-1", stream=True)
    cut = ModelAnswer(id="a", model="m-1", text="Half an ans", complete=False)
    stage.stream(_call(streamed), CHAT.write_answer(cut, streamed))
    stage.stream(_call(streamed), CHAT.write_answer(ANSWER, streamed), CutOff("gone"))
    trace = stage.trace()
    silent, broken = trace.model_calls
    assert trace.truncated_answers == (silent, broken)
    assert (silent.status, silent.failed) == (200, True)
    assert broken.error == "CutOff: gone"


def test_an_agent_that_stops_listening_after_the_terminator_has_not_left_early(folder: Path) -> None:
    stage = Stage(folder)
    streamed = ModelRequest(model="m-1", stream=True)
    reply = CHAT.write_answer(ANSWER, streamed)

    def answering(_: Call) -> Generator[Piece, None, None]:
        yield reply.head
        yield from reply.chunks
        yield Chunk(b"")

    for wanted in (len(reply.chunks), 2):
        passing = stage.boundary.stream(_call(streamed), answering)
        for _ in range(1 + wanted):
            next(passing)
        passing.close()
    whole, early = stage.trace().model_calls
    assert LEFT in whole.marks
    assert (whole.left, whole.truncated, whole.failed) == (False, False, False)
    assert (early.left, early.truncated) == (True, False)


def test_a_call_whose_agent_left_before_anything_came_is_recorded(folder: Path) -> None:
    stage = Stage(folder)

    async def forever(_: Call) -> None:
        await asyncio.Event().wait()

    async def cancelled() -> None:
        call = Call(kind=Kind.TOOL, name="slow", request={})
        task = asyncio.create_task(stage.boundary.call_async(call, forever))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(cancelled())
    (call,) = stage.trace().calls
    assert call.marks == (LEFT,)
    assert call.failed
    assert call.error == "the agent left before an answer came"


class Refuses:
    """A room that stops the agent by what it returns."""

    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        yield from ()
        return Outcome(error=BudgetSpent("10 calls are spent"))


class Raises:
    """A room that stops the agent by what it raises."""

    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        yield from ()
        raise BudgetSpent("10 calls are spent")


@pytest.mark.parametrize("room", [Refuses(), Raises()])
def test_a_stop_and_the_calls_refused_after_it_are_recorded(folder: Path, room: Interceptor) -> None:
    stage = Stage(folder)
    stage.boundary = Boundary([Recorder(stage.writer, stage.clock), room], stage.clock)
    for _ in range(2):
        stage.boundary.call(Call(kind=Kind.TOOL, name="look"), lambda _: 1)
    assert [call.error for call in stage.trace().calls] == ["BudgetSpent: 10 calls are spent"] * 2


class Odd:
    """A value that nobody can encode."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"n": 1, "f": 0.5, "none": None}, {"n": 1, "f": 0.5, "none": None}),
        (("a", "b"), ["a", "b"]),
        (None, None),
        ("text", "text"),
        ({"when": {1, 2} and object}, {"when": {"$repr": "<class 'object'>"}}),
        ({("a", "b"): 1}, "{('a', 'b'): 1}"),
        ("lone \ud800 half", "'lone \\ud800 half'"),
        (b"\xff\x00", b"\xff\x00"),
        ({"odd": Odd()}, {"odd": {"$repr": "<Odd that raises RuntimeError when printed>"}}),
    ],
)
def test_whatever_a_tool_takes_and_gives_is_recorded(folder: Path, value: Any, read: Any) -> None:
    stage = Stage(folder)
    call = Call(kind=Kind.TOOL, name="t", request=value, effect=Effect.WRITE, intent="once")
    assert stage.boundary.call(call, lambda _: value).value is value
    (seen,) = stage.trace().calls
    assert (seen.request, seen.value, seen.writes) == (read, read, True)


def test_a_tool_that_raises_is_recorded_with_its_error(folder: Path) -> None:
    stage = Stage(folder)

    def broken(_: Call) -> None:
        raise KeyError("customer")

    stage.boundary.call(Call(kind=Kind.TOOL, name="t", request={}), broken)
    (use,) = stage.trace().tool_calls
    assert use.error == "KeyError: 'customer'"


def test_an_error_in_characters_that_no_file_holds_is_recorded_all_the_same(folder: Path) -> None:
    stage = Stage(folder)

    def broken(_: Call) -> None:
        raise FileNotFoundError("no file caf\udce9.txt")

    outcome = stage.boundary.call(Call(kind=Kind.TOOL, name="t", request={}), broken)
    assert isinstance(outcome.error, FileNotFoundError)
    (use,) = stage.trace().tool_calls
    assert use.error == "FileNotFoundError: no file caf\\udce9.txt"


@pytest.mark.parametrize("body", [b"", b"{not json", b"\xff\xfe", b'{"messages": 7}', b"[" * 5000])
def test_a_body_that_the_dialect_cannot_read_is_recorded_all_the_same(folder: Path, body: bytes) -> None:
    stage = Stage(folder)
    request = HttpRequest(method="POST", target="/v1/chat/completions", body=body)
    call = Call(kind=Kind.MODEL, name="", request=request, dialect="openai_chat")
    stage.stream(call, HttpReply(status=200, chunks=(Chunk(body),)))
    (seen,) = stage.trace().model_calls
    assert seen.asked.unread
    assert seen.request_bytes == body
    assert seen.reply is not None
    assert seen.reply.body == body


@pytest.mark.parametrize(
    "body", [b'{"a": 1}', b'{"a":\n 1}', b"plain", b"\xff\x00", b'{"a": "\xff"}', b"[1,]"]
)
def test_every_body_can_be_read_back_byte_for_byte(folder: Path, body: bytes) -> None:
    stage = Stage(folder)
    request = HttpRequest(method="POST", target="/x", body=body)
    stage.stream(Call(kind=Kind.MODEL, name="m", request=request), HttpReply(status=200))
    assert stage.trace().model_calls[0].request_bytes == body


def test_a_compressed_reply_is_kept_uncompressed_and_clean(folder: Path) -> None:
    stage = Stage(folder)
    data = gzip.compress(b'{"password": "hunter2", "text": "kept"}')
    reply = HttpReply(status=200, headers=(("content-encoding", "gzip"),), chunks=(Chunk(data),))
    stage.stream(_call(), reply)
    (call,) = stage.trace().model_calls
    assert call.value["text"] == "kept"
    assert call.value["password"].startswith("[redacted:")
    assert call.outcome is not None
    assert call.outcome.body is not None
    assert call.outcome.body.coding == "gzip"


def test_a_body_that_nobody_here_can_read_is_withheld(folder: Path) -> None:
    stage = Stage(folder)
    reply = HttpReply(status=200, headers=(("content-encoding", "rot13"),), chunks=(Chunk(b"cnffjbeq"),))
    stage.stream(_call(), reply)
    (call,) = stage.trace().model_calls
    assert call.outcome is not None
    assert call.outcome.body is not None
    assert call.outcome.body.withheld == 8


SECRET = "sk-proj-abcdefghij0123456789"


@given(
    cuts=st.lists(st.integers(0, 400), max_size=4), where=st.sampled_from(["text", "arguments", "reasoning"])
)
def test_a_secret_spread_over_a_stream_does_not_reach_the_file(
    folder: Path, cuts: list[int], where: str
) -> None:
    stage = Stage(folder)
    streamed = ModelRequest(model="m-1", stream=True)
    tool = ToolCall(id="c", name="t", arguments=json.dumps({"password": "zebra-stripes", "key": SECRET}))
    answer = ModelAnswer(
        id="a",
        model="m-1",
        text=f"Use {SECRET} now" if where == "text" else "",
        reasoning=f"They gave {SECRET}." if where == "reasoning" else "",
        tool_calls=(tool,) if where == "arguments" else (),
        finish=Finish.STOP,
        finish_raw="stop",
    )
    body = CHAT.write_answer(answer, streamed).body
    edges = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    chunks = tuple(Chunk(body[a:b]) for a, b in pairwise(edges))
    stage.stream(_call(streamed), HttpReply(status=200, chunks=chunks))
    stage.writer.end()
    text = stage.path.read_text()
    for planted in (SECRET, "zebra-stripes"):
        assert not [n for n in range(len(planted) - 9) if planted[n : n + 10] in text]


def test_secrets_survive_nowhere_in_a_trace(folder: Path) -> None:
    path = folder / "secrets.jsonl"
    clock = VirtualClock()
    writer = TraceWriter(path)
    writer.header(
        session=SECRET, agent={"command": f"agent --api-key {SECRET}"}, run={"env": {"password": "hunter22"}}
    )
    boundary = Boundary([Recorder(writer, clock)], clock)
    request = HttpRequest(
        method="POST",
        target="/v1/chat/completions?key=hunter22",
        headers=(("authorization", "hunter22"), ("x-custom", f"a {SECRET}")),
        body=json.dumps(
            {"messages": [{"role": "user", "content": json.dumps({"password": "hunter22"})}]}
        ).encode(),
    )
    reply = HttpReply(status=401, headers=(("set-cookie", "hunter22"),), chunks=(Chunk(SECRET.encode()),))

    def answering(_: Call) -> Generator[Piece, None, None]:
        yield reply.head
        yield from reply.chunks

    list(
        boundary.stream(Call(kind=Kind.MODEL, name=SECRET, request=request, dialect="openai_chat"), answering)
    )
    tool = Call(kind=Kind.TOOL, name="t", request={"token": "hunter22"}, intent='t {"token":"hunter22"}')

    def broken(_: Call) -> None:
        raise ValueError(f"bad key {SECRET}")

    boundary.call(tool, broken)
    writer.end("failed", error=f"ValueError: {SECRET}")
    text = path.read_text()
    assert "hunter22" not in text
    assert SECRET not in text
    assert len(read_trace(path).calls) == 2


def test_calls_from_many_threads_are_all_recorded_each_with_its_own_outcome(folder: Path) -> None:
    stage = Stage(folder)

    def work(thread: int) -> None:
        for number in range(25):
            call = Call(kind=Kind.TOOL, name="t", request={"thread": thread, "number": number})
            stage.boundary.call(call, lambda asked: dict(asked.request))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trace = stage.trace()
    assert trace.complete
    assert len(trace.calls) == 200
    assert all(call.request == call.value for call in trace.calls)
    assert [call.record.order for call in trace.calls] == sorted(call.record.order for call in trace.calls)
