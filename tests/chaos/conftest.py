"""The real SDKs over a corridor with faults and a scripted provider, with no socket and on virtual time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import anthropic
import httpx2
import openai
import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.chaos.injector import Injector
from agentprobe.chaos.schedule import Schedule
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.model import ModelAnswer
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import CutOff, TimedOut, WorldFailure
from agentprobe.kernel.session import Session


@dataclass
class Rig:
    """A provider that gives the scripted answers in turn (the last one for ever), behind an injector."""

    dialect: str
    schedule: str
    answers: tuple[ModelAnswer, ...]
    clock: VirtualClock = field(default_factory=VirtualClock)
    attempts: list[HttpRequest] = field(default_factory=list)
    """What the SDK sent, its own retries included."""
    asked: list[HttpRequest] = field(default_factory=list)
    """What reached the provider."""

    @cached_property
    def session(self) -> Session:
        return Session("rig", rooms=[lambda session: self._injector(session)], clock=self.clock)

    def _injector(self, session: Session) -> Injector:
        self.injector = Injector(Schedule.parse(self.schedule), session)
        return self.injector

    def openai_client(self, max_retries: int = 0) -> openai.OpenAI:
        client = httpx2.Client(transport=_Transport(self))
        return openai.OpenAI(
            api_key="none", base_url="http://x/v1", http_client=client, max_retries=max_retries
        )

    def openai_async_client(self, max_retries: int = 2) -> openai.AsyncOpenAI:
        client = httpx2.AsyncClient(transport=_AsyncTransport(self))
        return openai.AsyncOpenAI(
            api_key="none", base_url="http://x/v1", http_client=client, max_retries=max_retries
        )

    def anthropic_client(self, max_retries: int = 0) -> anthropic.Anthropic:
        client = httpx2.Client(transport=_Transport(self))
        return anthropic.Anthropic(
            api_key="none", base_url="http://x", http_client=client, max_retries=max_retries
        )

    def anthropic_async_client(self, max_retries: int = 2) -> anthropic.AsyncAnthropic:
        client = httpx2.AsyncClient(transport=_AsyncTransport(self))
        return anthropic.AsyncAnthropic(
            api_key="none", base_url="http://x", http_client=client, max_retries=max_retries
        )

    def call(self, request: httpx2.Request, body: bytes) -> Call:
        asked = HttpRequest(
            method=request.method,
            target=request.url.raw_path.decode(),
            body=body,
            patience=request.extensions["timeout"]["read"],
        )
        self.attempts.append(asked)
        return Call(kind=Kind.MODEL, name="m", request=asked, dialect=self.dialect)

    def answer(self, call: Call) -> HttpReply:
        self.asked.append(call.request)
        number = min(len(self.asked), len(self.answers)) - 1
        spoken = dialect_named(self.dialect)
        return spoken.write_answer(self.answers[number], spoken.read_request(call.request.body))

    def pieces(self, call: Call) -> Generator[Piece, None, None]:
        reply = self.answer(call)
        yield reply.head
        yield from reply.chunks

    async def pieces_async(self, call: Call) -> AsyncGenerator[Piece, None]:
        for piece in self.pieces(call):
            yield piece


@dataclass
class _Body(httpx2.SyncByteStream):
    pieces: Iterator[Piece]

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self.pieces:
                assert isinstance(piece, Chunk)
                yield piece.data
        except WorldFailure as failure:
            raise _native(failure) from failure


@dataclass
class _AsyncBody(httpx2.AsyncByteStream):
    pieces: AsyncIterator[Piece]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self.pieces:
                assert isinstance(piece, Chunk)
                yield piece.data
        except WorldFailure as failure:
            raise _native(failure) from failure


@dataclass
class _Transport(httpx2.BaseTransport):
    rig: Rig

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        call = self.rig.call(request, request.read())
        pieces = self.rig.session.boundary.stream(call, self.rig.pieces)
        try:
            head = next(pieces)
        except WorldFailure as failure:
            raise _native(failure) from failure
        assert isinstance(head, HttpReply)
        return httpx2.Response(head.status, headers=list(head.headers), stream=_Body(pieces))


@dataclass
class _AsyncTransport(httpx2.AsyncBaseTransport):
    rig: Rig

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        call = self.rig.call(request, await request.aread())
        pieces = self.rig.session.boundary.stream_async(call, self.rig.pieces_async)
        try:
            head = await anext(pieces)
        except WorldFailure as failure:
            raise _native(failure) from failure
        assert isinstance(head, HttpReply)
        return httpx2.Response(head.status, headers=list(head.headers), stream=_AsyncBody(pieces))


def _native(failure: WorldFailure) -> Exception:
    """What httpx2 raises when a socket stays silent or closes."""
    if isinstance(failure, TimedOut):
        return httpx2.ReadTimeout("timed out")
    assert isinstance(failure, CutOff), failure
    return httpx2.RemoteProtocolError("peer closed connection without sending complete message body")


MakeRig = Callable[..., Rig]


@pytest.fixture
def rig() -> MakeRig:
    """Makes a rig: dialect, schedule, then the provider's answers."""

    def make(dialect: str, schedule: str, *answers: ModelAnswer) -> Rig:
        return Rig(dialect, schedule, answers)

    return make
