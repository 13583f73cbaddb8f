"""A scripted model in two protocols, a room that takes notes, and hooks that are gone after each test."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

import pytest

from agentprobe.adapters import http_hook, virtual_sleep
from agentprobe.adapters.orders import VARIABLE
from agentprobe.domain.call import Call, Outcome
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage

JSON = (("content-type", "application/json"),)
EVENTS = (("content-type", "text/event-stream"),)


def _json(body: object) -> HttpReply:
    return HttpReply(status=200, headers=JSON, chunks=(Chunk(json.dumps(body).encode()),))


def _frames(*frames: str) -> HttpReply:
    return HttpReply(status=200, headers=EVENTS, chunks=tuple(Chunk(f.encode()) for f in frames))


def _openai(text: str) -> HttpReply:
    return _json(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-x",
            "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            ],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        }
    )


def _openai_stream(*words: str) -> HttpReply:
    def frame(delta: dict[str, str], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-x"}
        return f"data: {json.dumps({**head, 'choices': [choice]})}\n\n"

    texts = [frame({"content": word}) for word in words]
    return _frames(frame({"role": "assistant"}), *texts, frame({}, "stop"), "data: [DONE]\n\n")


def _anthropic(text: str) -> HttpReply:
    return _json(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-x",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 3, "output_tokens": 2},
        }
    )


def _anthropic_stream(*words: str) -> HttpReply:
    def frame(kind: str, **fields: object) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"

    message: dict[str, object] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 1},
    }
    deltas = [
        frame("content_block_delta", index=0, delta={"type": "text_delta", "text": word}) for word in words
    ]
    return _frames(
        frame("message_start", message=message),
        frame("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *deltas,
        frame("content_block_stop", index=0),
        frame(
            "message_delta",
            delta={"stop_reason": "end_turn", "stop_sequence": None},
            usage={"output_tokens": 2},
        ),
        frame("message_stop"),
    )


@dataclass(frozen=True)
class Wire:
    """Replies as two providers send them."""

    openai: Callable[[str], HttpReply] = _openai
    openai_stream: Callable[..., HttpReply] = _openai_stream
    anthropic: Callable[[str], HttpReply] = _anthropic
    anthropic_stream: Callable[..., HttpReply] = _anthropic_stream

    def failure(self, status: int, *headers: tuple[str, str]) -> HttpReply:
        body = b'{"type": "error", "error": {"type": "some_error", "message": "no", "code": null}}'
        return HttpReply(status=status, headers=(*JSON, *headers), chunks=(Chunk(body),))


@dataclass
class Script:
    """A model that gives its replies one after the other, the last for ever; an exception breaks it off."""

    replies: tuple[HttpReply | Exception | tuple[HttpReply, Exception], ...]
    asked: list[HttpRequest] = field(default_factory=list)
    closed: int = 0

    def __call__(self, request: HttpRequest) -> Generator[Piece, None, None]:
        reply = self.replies[min(len(self.asked), len(self.replies) - 1)]
        self.asked.append(request)
        try:
            if isinstance(reply, Exception):
                raise reply
            whole, error = reply if isinstance(reply, tuple) else (reply, None)
            yield whole.head
            yield from whole.chunks
            if error is not None:
                raise error
        finally:
            self.closed += 1


@dataclass
class Notes:
    """A room that changes nothing and remembers each call with what came of it."""

    place: Place = Place.AGENT_SIDE
    calls: list[Call] = field(default_factory=list)
    outcomes: list[Outcome | None] = field(default_factory=list)

    def intercept(self, call: Call) -> Passage:
        self.calls.append(call)
        outcome = None
        try:
            outcome = yield call
            return outcome
        finally:
            self.outcomes.append(outcome)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def script() -> Callable[..., Script]:
    return lambda *replies: Script(replies)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test inherits a session, a hook or a key from another, or from who runs the tests."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
    yield
    http_hook.uninstall()
    virtual_sleep.uninstall()
