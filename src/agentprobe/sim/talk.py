"""A web socket on which the simulated model answers: requests and events as messages, one after the other."""

from __future__ import annotations

import asyncio
from collections import deque

from websockets.frames import Frame, Opcode

from agentprobe.adapters.web_socket import (
    CREATE,
    PATH_END,
    Assembly,
    FrameReader,
    Message,
    as_http,
    error_event,
    payloads,
    text,
)
from agentprobe.dialects._sse import Frames
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.errors import CutOff
from agentprobe.sim.engine import SimulatedModel


def is_wanted(http: HttpRequest) -> bool:
    """Does a request ask for a web socket of the kind that is spoken here?"""
    path = http.target.partition("?")[0].rstrip("/")
    return (http.header("upgrade") or "").lower() == "websocket" and path.endswith(PATH_END)


class Talk:
    """Takes bytes of a client and writes what the model says."""

    def __init__(self, model: SimulatedModel, opening: HttpRequest, transport: asyncio.Transport) -> None:
        self._model = model
        self._opening = opening
        self._transport = transport
        self._reader = FrameReader(masked=True)
        self._assembly = Assembly()
        self._asked: deque[Message] = deque()
        self._task: asyncio.Task[None] | None = None

    def feed(self, data: bytes) -> None:
        """Take what the client sends."""
        try:
            for frame in self._reader.feed(data):
                self._take(frame)
        except CutOff:
            self._transport.close()

    def close(self) -> None:
        """The client has gone."""
        if self._task is not None:
            self._task.cancel()

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PING:
            self._tell(Frame(Opcode.PONG, frame.data))
        elif frame.opcode is Opcode.CLOSE:
            self._tell(frame)
            self._transport.close()
        elif frame.opcode is not Opcode.PONG and (message := self._assembly.take(frame)) is not None:
            self._ask(message)

    def _ask(self, message: Message) -> None:
        if message.type != CREATE:
            return
        self._asked.append(message)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._answer_all())

    async def _answer_all(self) -> None:
        try:
            while self._asked:
                await self._answer(self._model.reply(as_http(self._asked.popleft(), self._opening)))
        except BaseException:  # our bug: the loop reports it, and the client must not wait for ever
            self._transport.abort()
            raise
        finally:
            self._task = None

    async def _answer(self, reply: HttpReply) -> None:
        if reply.status >= 400:
            self._tell(text(error_event(reply)))
            return
        loop = asyncio.get_running_loop()
        begun, events = loop.time(), Frames()
        for chunk in reply.chunks:
            if chunk.seconds:
                await asyncio.sleep(begun + chunk.seconds - loop.time())
            for payload in payloads(events, chunk.data):
                self._tell(text(payload))

    def _tell(self, frame: Frame) -> None:
        if not self._transport.is_closing():
            self._transport.write(frame.serialize(mask=False))
