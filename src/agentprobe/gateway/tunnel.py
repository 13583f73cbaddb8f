"""A web socket from the agent to the provider, its messages as they are, its model calls in the corridor."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TYPE_CHECKING

from websockets.frames import Close, Frame, Opcode

from agentprobe.adapters.model_call import model_call
from agentprobe.adapters.web_socket import (
    CONTROL,
    CREATE,
    ENDINGS,
    PATH_END,
    Assembly,
    FrameReader,
    Message,
    accepted,
    as_event,
    as_http,
    error_event,
    payloads,
    text,
)
from agentprobe.dialects import Dialect, dialect_named
from agentprobe.dialects._sse import Frames
from agentprobe.domain.call import Call
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import AgentStopped, CutOff, ServerError, TimedOut, WorldFailure
from agentprobe.gateway import refusals
from agentprobe.gateway.exchange import Exchange
from agentprobe.gateway.far import Far, reach
from agentprobe.gateway.pool import Pool
from agentprobe.splice.fetched import is_suppressing

if TYPE_CHECKING:
    from agentprobe.gateway.door import Door

_STREAM = HttpReply(status=200, headers=(("content-type", "text/event-stream"),))
GOING_AWAY = 1001
_UNREADABLE = (
    "agentprobe: while tools are suppressed, this web socket is refused: nobody here can read what a "
    "model says over it. Speak to the model over HTTP, or leave --suppress out"
)


class Tunnel:
    """One web socket between an agent and whoever answers it.

    Messages pass as they are. A `response.create` is a model call: what the provider sends until it is over
    is its answer. Calls are carried out one after the other, as the protocol has it.
    """

    def __init__(
        self,
        opening: HttpRequest,
        pool: Pool | None,
        door: Door,
        transport: asyncio.Transport,
        defects: list[Exception],
        *,
        of_models: bool = True,
    ) -> None:
        self._opening = opening
        self._pool = pool
        self._defects = defects
        self._door = door
        self._transport = transport
        self._far: Far | None = None
        self._reader = FrameReader(masked=True)
        self._assembly = Assembly()
        self._asked: deque[Message] = deque()
        self._awake = asyncio.Event()
        self._answers: asyncio.Queue[Message | CutOff] | None = None
        """Where the provider's messages go while a call is under way."""
        self._calls = opening.target.partition("?")[0].rstrip("/").endswith(PATH_END)
        self._suppressing = of_models and is_suppressing(door.opened.session)
        self._call: asyncio.Task[None] | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._closing = False
        self._last: Frame | None = None
        self.room = asyncio.Event()
        """Set while the agent reads as fast as the provider speaks."""
        self.room.set()

    # -- from the agent --------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Take bytes from the agent."""
        try:
            frames = self._reader.feed(data)
            for frame in frames:
                self._take(frame)
        except CutOff:
            self._transport.close()

    def _take(self, frame: Frame) -> None:
        if frame.opcode in CONTROL:
            self._control(frame)
            return
        message = self._assembly.take(frame)
        if message is None:
            return
        waits = bool(self._asked) or (self._call is not None and self._answers is None)
        if waits or (self._calls and message.type == CREATE):
            self._asked.append(message)
            self._awake.set()
        else:
            self._send(message)

    def _control(self, frame: Frame) -> None:
        if self._far is not None:
            self._far.send(frame)
        elif frame.opcode is Opcode.PING:
            self.tell(Frame(Opcode.PONG, frame.data))
        if frame.opcode is Opcode.CLOSE:
            self._leave(frame)

    def _leave(self, frame: Frame) -> None:
        """The agent closes; where nobody can answer it any more, it is answered here."""
        if self._far is None or self._call is not None:
            self._close_with(frame)
        if self._call is not None:
            self._call.cancel()

    def _send(self, message: Message) -> None:
        """Let a message go on; where nobody stands behind, it is dropped."""
        far = self._far
        if far is None:
            return
        for frame in message.frames:
            far.send(frame)
        if far.behind and self._waiting is None:
            self._transport.pause_reading()
            self._waiting = asyncio.create_task(self._wait_for(far))

    async def _wait_for(self, far: Far) -> None:
        """Read no more from the agent until the provider has caught up."""
        with suppress(OSError):
            await far.caught_up()
        self._waiting = None
        if not self._transport.is_closing():
            self._transport.resume_reading()

    # -- to the agent ----------------------------------------------------------------------------

    def tell(self, frame: Frame) -> None:
        """Send the agent a frame."""
        if not self._transport.is_closing():
            self._transport.write(frame.serialize(mask=False))

    def heard(self, message: Message) -> None:
        """Take a message from the provider."""
        if self._answers is not None:
            self._answers.put_nowait(message)
            return
        if self._suppressing and message.type.startswith("response."):
            return  # nobody has asked for it, and nobody has looked at what it holds
        for frame in message.frames:
            self.tell(frame)

    def lost(self, close: Frame | None) -> None:
        """Take notice that the provider has closed, with a frame that says why or without one."""
        if self._answers is not None:
            why = f" ({Close.parse(close.data)})" if close is not None and close.data else ""
            self._answers.put_nowait(
                CutOff(f"the provider closed the web socket before its answer was whole{why}")
            )
        self._close_with(close)

    def _close_with(self, last: Frame | None) -> None:
        self._closing, self._last = True, last
        self._awake.set()

    # -- its life --------------------------------------------------------------------------------

    def finish(self) -> None:
        """End it when the call under way has ended."""
        self._close_with(Frame(Opcode.CLOSE, Close(GOING_AWAY, "the session has ended").serialize()))

    async def run(self) -> None:
        """Open it, and serve it until one side closes."""
        pumping: asyncio.Task[None] | None = None
        self._door.tunnels.add(self)
        try:
            if not await self._open():
                return
            if self._far is not None:
                pumping = asyncio.create_task(self._far.pump(self))
            while not self._closing:
                await self._awake.wait()
                self._awake.clear()
                await self._serve()
        finally:
            self._door.tunnels.discard(self)
            for task in (pumping, self._waiting):
                if task is not None:
                    task.cancel()
            self._end()

    @property
    def _local(self) -> bool:
        """Does somebody in this process answer?"""
        return self._door.opened.answer is not None or self._door.opened.simulated

    async def _open(self) -> bool:
        """Answer the request that opens it; False when it stays shut."""
        if self._suppressing and not self._calls:
            unread = refusals.plain(403, _UNREADABLE, refusals.NO_RETRY)
            Exchange(self._transport, keep=False).say(unread)
            return False
        if self._local:
            self._transport.write(accepted(self._opening.headers))
            return True
        try:
            if self._pool is None:
                raise ServerError(502, "agentprobe: nobody stands behind this web socket")
            self._far, reply = await reach(self._pool, self._opening)
        except WorldFailure as failure:
            refusal = refusals.in_its_words(failure, _dialect())
            Exchange(self._transport, keep=False).say(refusal)
            return False
        self._transport.write(reply)
        return self._far is not None

    def _end(self) -> None:
        if self._last is not None:
            self.tell(self._last)
        if self._far is not None:
            self._far.close(self._last)
        self._transport.close()

    # -- model calls -----------------------------------------------------------------------------

    async def _serve(self) -> None:
        while self._asked and not self._transport.is_closing():
            message = self._asked.popleft()
            if message.type != CREATE or not self._calls:
                self._send(message)
                continue
            self._call = call = asyncio.create_task(self._answer(message))
            self._door.tasks.add(call)
            call.add_done_callback(self._door.tasks.discard)
            try:
                await asyncio.wait({call})
            finally:
                call.cancel()
                self._call = self._answers = None
            self._closing = self._closing or call.cancelled()

    async def _answer(self, message: Message) -> None:
        """Lead one model call through the corridor and send the agent what comes of it."""
        dialect, boundary = _dialect(), self._door.opened.session.boundary
        request = HttpRequest(
            method=self._opening.method,
            target=self._opening.target,
            headers=self._opening.headers,
            body=message.payload,
        )
        originals: dict[bytes, deque[Message]] = {}
        voice = _Voice(self, originals)
        try:
            async for piece in boundary.stream_async(
                model_call(request, dialect), lambda call: self._world(call, message, originals)
            ):
                voice.say(piece)
            voice.end()
        except TimedOut as silence:
            await asyncio.sleep(silence.seconds)
            self._break_off()
        except CutOff:
            if not self._closing:
                self._break_off()
        except WorldFailure as failure:
            voice.fail(refusals.in_its_words(failure, dialect))
        except AgentStopped as stop:
            voice.fail(refusals.stopped(stop, dialect))
        except Exception as defect:  # noqa: BLE001 - a defect of a room is said aloud to agent and owner
            self._defects.append(defect)
            voice.fail(refusals.broken(defect, dialect))

    def _world(
        self, call: Call, message: Message, originals: dict[bytes, deque[Message]]
    ) -> AsyncGenerator[Piece, None]:
        if call.request.body != message.payload:  # a room has changed what is asked
            message = Message(call.request.body, (text(call.request.body),))
        if self._far is None:
            return self._door.answered(as_http(message, self._opening))
        return self._asking(call, message, originals)

    async def _asking(
        self, call: Call, message: Message, originals: dict[bytes, deque[Message]]
    ) -> AsyncGenerator[Piece, None]:
        """Send the request on and give the provider's messages as the chunks of a stream."""
        clock = self._door.opened.session.clock
        answers = self._answers = asyncio.Queue()
        sent = clock.now()
        self._send(message)
        yield _STREAM
        while True:
            came = await answers.get()
            if isinstance(came, CutOff):
                raise came
            event = as_event(came)
            originals.setdefault(event, deque()).append(came)
            ended = came.type in ENDINGS
            if ended:
                self._answers = None
            yield Chunk(event, clock.now() - sent)
            if ended:
                return

    def _break_off(self) -> None:
        """Close without a word, as a broken connection does."""
        self._closing = True
        self._transport.abort()


def _dialect() -> Dialect:
    return dialect_named("openai_responses")


class _Voice:
    """Says an answer to the agent in messages: those that came where nobody has changed them."""

    def __init__(self, tunnel: Tunnel, originals: dict[bytes, deque[Message]]) -> None:
        self._tunnel = tunnel
        self._originals = originals
        self._events = Frames()
        self._refusal: HttpReply | None = None
        self._parts: list[Chunk] = []

    def say(self, piece: Piece) -> None:
        """The next piece of the answer."""
        if isinstance(piece, HttpReply):
            self._refusal = piece if piece.status >= 400 else None
        elif self._refusal is not None:
            self._parts.append(piece)
        elif came := self._originals.get(piece.data):
            for frame in came.popleft().frames:
                self._tunnel.tell(frame)
        else:
            for payload in payloads(self._events, piece.data):
                self._tunnel.tell(text(payload))

    def end(self) -> None:
        """The answer is over: an error's reply is told as an event."""
        if self._refusal is not None:
            self._tunnel.tell(text(error_event(self._refusal.with_chunks(self._parts))))

    def fail(self, reply: HttpReply | None) -> None:
        """A failure without an answer."""
        if reply is not None:
            self._tunnel.tell(text(error_event(reply)))
