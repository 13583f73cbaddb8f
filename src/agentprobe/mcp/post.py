"""One request over HTTP: its reply passes live, and in it the response once the rooms have seen it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

from agentprobe.domain.wire import Chunk, Headers, HttpReply, HttpRequest, Piece
from agentprobe.errors import CutOff, Refused, Restarted, WorldFailure
from agentprobe.mcp.conversation import LIST_CHANGED, Answered, Conversation, Restart
from agentprobe.mcp.events import Event, Events
from agentprobe.mcp.messages import Message, read, spelled

Exchange = Callable[[HttpRequest], AsyncGenerator[Piece, None]]
_JSON = ("content-type", "application/json")
_OF_THE_BODY = frozenset({"content-length", "content-type", "content-encoding"})


class Post:
    """A request on its way. `pieces` is the reply that the client gets, `run` what makes it."""

    def __init__(
        self,
        request: HttpRequest,
        message: Message,
        exchange: Exchange,
        heard: Callable[[Event], None],
        restart: Restart,
    ) -> None:
        self.may_go_on = False
        """Has the stream ended without the response, which may come in another one?"""
        self.cancelled = False
        """Has the client said that it wants no response any more?"""
        self._request = request
        self._message = message
        self._exchange = exchange
        self._heard = heard
        self._restart = restart
        self._out: asyncio.Queue[Piece | WorldFailure | None] = asyncio.Queue(16)
        self._upstream: AsyncGenerator[Piece, None] | None = None
        self._head: HttpReply | None = None
        self._event: Event | None = None
        self._events = Events()
        self._late: asyncio.Future[Message]
        self._answer: asyncio.Future[bytes]

    async def pieces(self) -> AsyncGenerator[Piece, None]:
        """The reply as it comes; raises what ended it early."""
        while (piece := await self._out.get()) is not None:
            if isinstance(piece, WorldFailure):
                raise piece
            yield piece

    async def run(self, conversation: Conversation) -> None:
        """Lead the request through the corridor and its reply back."""
        loop = asyncio.get_running_loop()
        self._late, self._answer = loop.create_future(), loop.create_future()
        try:
            answer = await conversation.asked(
                self._message, self._ask, left=lambda: self.cancelled, restart=self._restart
            )
            if self.may_go_on:
                self._answer.set_result(answer.raw)
            else:
                await self._announce(answer)
                await self._give(answer.raw)
                await self._rest()
        except Restarted as failure:
            await self._put(*unknown_session()) if self._is_unheard else await self._out.put(failure)
        except Refused:  # passed on as it came: a status, and no message
            await self._rest()
        except WorldFailure as failure:
            await self._out.put(failure)
        finally:
            if self._upstream is not None:
                await self._upstream.aclose()
            if self._out.full():  # nobody reads on
                self._out.get_nowait()
            self._out.put_nowait(None)

    @property
    def _is_unheard(self) -> bool:
        """Has a server with sessions ended before it heard of the request, so that another one answers?"""
        return self._head is None and self._request.header("mcp-session-id") is not None

    async def resumed(self, event: Event, message: Message) -> bytes:
        """The event for the stream in which the response has come after all."""
        self._late.set_result(message)
        answer = await self._answer
        return event.raw if answer is message.raw else event.saying(answer)

    # -- the way to the server -------------------------------------------------------------------

    async def _ask(self, data: bytes) -> Message:
        self._upstream = self._exchange(replace(self._request, body=data))
        head = await anext(self._upstream)
        assert isinstance(head, HttpReply)
        self._head = head
        return await (self._streamed(head) if is_stream(head) else self._whole(head))

    async def _streamed(self, head: HttpReply) -> Message:
        """Pass on events until the response comes."""
        assert self._upstream is not None
        await self._out.put(head)
        resumable = False
        async for piece in self._upstream:
            assert isinstance(piece, Chunk)
            for event in self._events.feed(piece.data):
                resumable = resumable or event.resumable
                response = next((m for m in event.messages if self._is_mine(m)), None)
                if response is not None and self._event is None:
                    self._event = event
                    return response
                self._heard(event)
                await self._out.put(replace(piece, data=event.raw))
        if not resumable:
            raise CutOff("the tool server's stream ended before its response")
        self.may_go_on = True
        await self._out.put(None)
        return await self._late

    async def _whole(self, head: HttpReply) -> Message:
        assert self._upstream is not None
        chunks = [piece async for piece in self._upstream if isinstance(piece, Chunk)]
        self._head = head.with_chunks(chunks)
        found = read(self._head.body)
        if len(found) == 1 and found[0].is_response:
            return found[0]
        await self._put(head, *chunks)
        raise Refused(f"HTTP status {head.status}", head.status)

    def _is_mine(self, message: Message) -> bool:
        return message.is_response and message.id == self._message.id

    # -- and back --------------------------------------------------------------------------------

    async def _give(self, answer: bytes) -> None:
        """Write the response: in its event where a stream has begun, else as a reply of its own."""
        if self._event is not None or (self._head is not None and is_stream(self._head)):
            event = self._event or Event(b"", ())
            same = any(message.raw is answer for message in event.messages)
            await self._out.put(Chunk(event.raw if same else event.saying(answer)))
        elif self._head is not None and _is_body(self._head, answer):
            await self._put(self._head.head, *self._head.chunks)
        else:
            await self._put(*_reply(self._head, answer))

    async def _announce(self, answer: Answered) -> None:
        """Say that the tools have changed, where there is a stream to say it in.

        In front of the response, since clients hear nothing more of a stream once they have that.
        """
        if answer.changed and self._head is not None and is_stream(self._head):
            event = Event(LIST_CHANGED.raw, (LIST_CHANGED,))
            self._heard(event)
            await self._out.put(Chunk(event.saying(LIST_CHANGED.raw)))

    async def _put(self, *pieces: Piece) -> None:
        for piece in pieces:
            await self._out.put(piece)

    async def _rest(self) -> None:
        """Pass on what the server's stream still brings behind the response."""
        if self._upstream is None or self._head is None or not is_stream(self._head):
            return
        rest, self._events.rest = self._events.rest, b""
        if rest:
            await self._out.put(Chunk(rest))
        async for piece in self._upstream:
            await self._out.put(piece)


def unknown_session() -> tuple[Piece, ...]:
    """What a server says to a session that it does not know."""
    body = spelled({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Session not found"}})
    return HttpReply(status=404, headers=(_JSON, ("content-length", str(len(body))))), Chunk(body)


def is_stream(head: HttpReply) -> bool:
    """Does the reply come as events?"""
    return (head.header("content-type") or "").lower().startswith("text/event-stream")


def _is_body(reply: HttpReply, answer: bytes) -> bool:
    """Is it the body of this very reply?"""
    return reply.body == answer


def _reply(head: HttpReply | None, answer: bytes) -> tuple[Piece, ...]:
    """A response of our own, under the headers of the one that it stands for."""
    came: Headers = head.headers if head is not None else ()
    kept = tuple(header for header in came if header[0].lower() not in _OF_THE_BODY)
    length = ("content-length", str(len(answer)))
    return HttpReply(status=200, headers=(*kept, _JSON, length)), Chunk(answer)
