"""A tool server over HTTP: its door in the gateway, through which its client's requests go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import urlsplit

from agentprobe.adapters.active import Active
from agentprobe.dialects import Dialect
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.gateway.door import settle
from agentprobe.gateway.heads import Arrival
from agentprobe.gateway.pool import Pool
from agentprobe.mcp.conversation import Conversation
from agentprobe.mcp.events import Event, Events
from agentprobe.mcp.messages import Id, Message, read
from agentprobe.mcp.post import Post, is_stream, unknown_session
from agentprobe.mcp.server import SERVER

Key = tuple[str, Id | None]
"""A request's id in its client's session: several clients may come through one door."""
_ENCODING = "accept-encoding"
"""What is not passed on: a reply must come in a form in which it can be read."""


class McpDoor:
    """One server behind the gateway, for both generations of the protocol.

    A request walks the corridor and its reply comes back live: of an event stream each event passes as it
    comes, and only the response itself waits for the rooms. All else passes as it is.
    """

    def __init__(
        self, pool: Pool, url: str, active: Active, conversation: Conversation, *, alone: bool
    ) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self._pool = pool
        self._at = urlsplit(url)
        self._clock = active.session.clock
        self._conversation = conversation
        self._alone = alone
        """Must the server not be asked at all, because a recording answers?"""
        self._posts: dict[Key, Post] = {}
        self._asked_back: dict[Key, asyncio.Future[Message]] = {}
        self._unknown: set[str] = set()
        """The sessions that the server has lost."""

    def pieces(self, arrival: Arrival, target: str) -> tuple[Dialect | None, AsyncGenerator[Piece, None]]:
        """The reply to a request of the client."""
        came = arrival.request(self._target(target), self._pool.origin.address)
        kept = tuple(header for header in came.headers if header[0].lower() != _ENCODING)
        request = replace(came, headers=kept)
        if _session(request) in self._unknown:
            return None, self._lost()
        messages = read(request.body) if request.method == "POST" else ()
        if len(messages) == 1 and messages[0].is_request:
            return None, self._asked(request, messages[0])
        for message in messages:
            self._told(message, _session(request))
        return None, self._nobody(request) if self._alone else self._passed(request)

    async def finish(self, seconds: float) -> None:
        """Let what is under way end; after `seconds`, break it off."""
        await settle(self.tasks, seconds)

    def _target(self, target: str) -> str:
        path, _, query = target.partition("?")
        queries = "&".join(part for part in (self._at.query, query) if part)
        return f"{self._at.path}{path}{'?' if queries else ''}{queries}" or "/"

    # -- what the client asks --------------------------------------------------------------------

    async def _asked(self, request: HttpRequest, message: Message) -> AsyncGenerator[Piece, None]:
        session = _session(request)
        post = self._posts[session, message.id] = Post(
            request,
            message,
            exchange=lambda sent: self._pool.exchange(sent, self._clock),
            heard=lambda event: self._heard(event, session),
            restart=lambda: self._restarted(session),
        )
        task = asyncio.create_task(post.run(self._conversation))
        self.tasks.add(task)
        task.add_done_callback(lambda _: self._forget((session, message.id), post, task))
        try:
            async with aclosing(post.pieces()) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            if not post.may_go_on:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _forget(self, key: Key, post: Post, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if self._posts.get(key) is post:
            del self._posts[key]

    def _told(self, message: Message, session: str) -> None:
        """Record what the client says that asks for nothing: a notification, or an answer to the server."""
        if message.is_notification:
            self._conversation.told(message, lambda: None)
            if (cancelled := self._posts.get((session, message.cancels))) is not None:
                cancelled.cancelled = True
        elif message.is_response and (session, message.id) in self._asked_back:
            self._asked_back.pop((session, message.id)).set_result(message)

    async def _passed(self, request: HttpRequest) -> AsyncGenerator[Piece, None]:
        """The reply to what is no single request: as it comes, with what the server says in it recorded."""
        events: Events | None = None
        async with aclosing(self._pool.exchange(request, self._clock)) as pieces:
            async for piece in pieces:
                if isinstance(piece, HttpReply):
                    events = Events() if is_stream(piece) else None
                    yield piece
                elif events is None:
                    yield piece
                else:
                    for event in events.feed(piece.data):
                        yield replace(piece, data=await self._late(event, _session(request)))
        if events is not None and events.rest:
            yield Chunk(events.rest)

    async def _nobody(self, request: HttpRequest) -> AsyncGenerator[Piece, None]:
        """What a server says that takes notice and offers no stream of its own."""
        status = {"POST": 202, "DELETE": 204}.get(request.method, 405)
        yield HttpReply(status=status, headers=() if status == 204 else (("content-length", "0"),))

    async def _restarted(self, session: str) -> None:
        """The server has ended and come back: of the sessions that it had it knows none."""
        if session:
            self._unknown.add(session)

    async def _lost(self) -> AsyncGenerator[Piece, None]:
        for piece in unknown_session():
            yield piece

    # -- what the server says by itself ----------------------------------------------------------

    def _heard(self, event: Event, session: str) -> None:
        """Record what the server says in an event that is not the response which is waited for."""
        for message in event.messages:
            if message.is_notification:
                self._conversation.told(message, lambda: None, purpose=SERVER)
            elif message.is_request:
                self._ask_back(message, session)

    async def _late(self, event: Event, session: str) -> bytes:
        """An event of a stream that the client opened by itself, perhaps to go on with a broken one."""
        for message in event.messages:
            post = self._posts.get((session, message.id)) if message.is_response else None
            if post is not None and post.may_go_on:
                return await post.resumed(event, message)
        self._heard(event, session)
        return event.raw

    def _ask_back(self, message: Message, session: str) -> None:
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._asked_back[session, message.id] = future

        async def wait() -> None:
            async def ask(_: bytes) -> Message:
                return await future

            await self._conversation.asked(message, ask, purpose=SERVER)

        task = asyncio.create_task(wait())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def _session(request: HttpRequest) -> str:
    """Which session of the older revisions a request belongs to."""
    return request.header("mcp-session-id") or ""
