"""The two directions of a conversation in lines: what one side says, on its way to the other."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable

from agentprobe.errors import CutOff, Restarted, WorldFailure
from agentprobe.mcp.conversation import LIST_CHANGED, Conversation
from agentprobe.mcp.messages import Id, Message, read
from agentprobe.mcp.server import SERVER

Send = Callable[[bytes], None]
CLOSED = {"error": {"code": -32000, "message": "Connection closed"}}
"""What an asker is told whose request went down with the other side."""


class Direction:
    """What one side says: its requests walk the corridor, all else passes as it is, everything in its order.

    `send` writes to the other side. Each step leaves the loop one turn, in which a crossing that nobody
    holds up goes through; so nothing overtakes what stands before it.
    """

    def __init__(self, conversation: Conversation, send: Send, *, purpose: str = "") -> None:
        self._conversation = conversation
        self._send = send
        self._purpose = purpose
        self.back: Direction
        """The other direction, by which responses come."""
        self.restart: Callable[[], Awaitable[None]] | None = None
        """Has the other side end and come back, where we have started it ourselves."""
        self._waiting: dict[Id, deque[asyncio.Future[Message]]] = defaultdict(deque)
        self._under_way: dict[Id, list[asyncio.Task[None]]] = defaultdict(list)
        self._batch: _Batch | None = None
        self._line = b""

    async def heard(self, line: bytes) -> None:
        """Take what this side has said: a line with its end, as a rule one message."""
        messages, self._line = read(line), line
        if not messages:
            self._send(line)
        elif len(messages) == 1 and messages[0].raw is line:
            self._begin(messages[0])
            await asyncio.sleep(0)
        else:
            self._batch = batch = _Batch(messages)
            for message in messages:
                self._begin(message)
                await asyncio.sleep(0)
            self._batch = None
            if whole := batch.whole(line):
                self._send(whole)

    def passed(self, piece: bytes) -> None:
        """Pass on what is no whole line, unread."""
        self._send(piece)

    def leave(self, *, asked: bool = True) -> None:
        """This side has gone; `asked` says whether it waits no more for what it has already asked, either."""
        for key, tasks in tuple(self._under_way.items()):
            for task in tasks if asked or key not in self._waiting else ():
                task.cancel()

    def abandon(self, why: CutOff) -> None:
        """The other side has gone: no response will come."""
        for waiting in tuple(self._waiting.values()):
            for future in waiting:
                if not future.done():
                    future.set_exception(why)

    async def settled(self) -> None:
        """Wait until every request has its end."""
        tasks = [task for tasks in self._under_way.values() for task in tasks]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, message: Message) -> None:
        if message.is_request:
            self._ask(message)
        elif message.is_notification:
            self._conversation.told(message, lambda: self._put(message, message.raw), purpose=self._purpose)
            if message.cancels is not None:
                self._cancel(message.cancels)
        elif (waiting := self.back.awaited(message)) is not None:
            waiting.set_result(message)
        else:
            self._put(message, message.raw)

    # -- requests --------------------------------------------------------------------------------

    def _ask(self, request: Message) -> None:
        assert request.id is not None
        tasks = self._under_way[request.id]
        task = asyncio.get_running_loop().create_task(self._crossing(request))
        tasks.append(task)
        task.add_done_callback(lambda done: self._ended(request, done))

    async def _crossing(self, request: Message) -> None:
        try:
            response = await self._conversation.asked(
                request,
                lambda data: self._response(request, data),
                purpose=self._purpose,
                restart=self._restarted,
            )
        except Restarted:
            self.back.put_response(request.answered(CLOSED))
            return
        except WorldFailure:  # the other side is gone, which the asker sees for itself
            return
        self.back.put_response(response.raw)
        if response.changed:
            self.back.say(LIST_CHANGED)

    async def _restarted(self) -> None:
        if self.restart is not None:
            await self.restart()

    async def _response(self, request: Message, data: bytes) -> Message:
        assert request.id is not None
        future = asyncio.get_running_loop().create_future()
        self._waiting[request.id].append(future)
        self._put(request, data)
        try:
            response: Message = await future
            return response
        finally:
            self._forget(request.id, future)

    def say(self, notice: Message) -> None:
        """Tell the other side something in this one's name."""
        self._conversation.told(notice, lambda: self._write(notice.raw), purpose=self._purpose)

    def awaited(self, response: Message) -> asyncio.Future[Message] | None:
        """Who waits for this response; None when nobody does, or does any more."""
        waiting = self._waiting.get(response.id) if response.is_response and response.id else None
        return next((future for future in waiting or () if not future.done()), None)

    def put_response(self, data: bytes) -> None:
        """Write a response to the other side, in the batch that it came in where there is one."""
        if self._batch is not None and self._batch.take(data):
            return
        self._write(data)

    def _cancel(self, cancelled: Id) -> None:
        for task in self._under_way.get(cancelled, ()):
            task.cancel()

    def _forget(self, id: Id, future: asyncio.Future[Message]) -> None:
        self._waiting[id].remove(future)
        if not self._waiting[id]:
            del self._waiting[id]

    def _ended(self, request: Message, task: asyncio.Task[None]) -> None:
        assert request.id is not None
        self._under_way[request.id].remove(task)
        if not self._under_way[request.id]:
            del self._under_way[request.id]

    def _put(self, message: Message, data: bytes) -> None:
        """Write what `message` has become, in its batch as long as that is being put together."""
        if self._batch is not None and self._batch.holds(message):
            self._batch.add(data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        """Write a message in a line of its own; the last of a stream may have come without its end."""
        self._send(data if data is self._line or data.endswith(b"\n") else data + b"\n")


class _Batch:
    """Several messages in one line, put together again; what a room holds up comes later by itself."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        self._messages = messages
        self._parts: list[bytes] = []

    def holds(self, message: Message) -> bool:
        """Is it one of these?"""
        return any(one is message for one in self._messages)

    def take(self, data: bytes) -> bool:
        """Add a response if it came in this batch, unchanged."""
        found = any(one.raw is data for one in self._messages)
        if found:
            self._parts.append(data)
        return found

    def add(self, data: bytes) -> None:
        """Add a message, as it goes on."""
        self._parts.append(data)

    def whole(self, line: bytes) -> bytes:
        """The line as it came when nothing was changed or left out, else what there is; may be empty."""
        places = {id(message.raw): place for place, message in enumerate(self._messages)}
        if {id(part) for part in self._parts} == set(places):
            return line
        parts = sorted(self._parts, key=lambda part: places.get(id(part), len(places)))
        return b"[" + b",".join(parts) + b"]\n" if parts else b""


def directions(conversation: Conversation, to_server: Send, to_client: Send) -> tuple[Direction, Direction]:
    """Both directions: from the client to the server, and from the server to the client."""
    out = Direction(conversation, to_server)
    back = Direction(conversation, to_client, purpose=SERVER)
    out.back, back.back = back, out
    return out, back
