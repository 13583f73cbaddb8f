"""The two ways of an exchange, for synchronous and for asynchronous clients."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing
from functools import cache
from types import AsyncGeneratorType, GeneratorType
from typing import Any

from agentprobe.adapters.exchange import Exchange
from agentprobe.adapters.model_call import paced, paced_async
from agentprobe.domain.call import Call
from agentprobe.domain.wire import Chunk, HttpReply, Piece
from agentprobe.errors import RoomError

_NO_REPLY = "a room answered a model call with nothing; it must return an HttpReply or an error"


def send(exchange: Exchange, *, stream: bool) -> Any:
    """Lead the exchange through the corridor; the response is read to its end unless `stream`."""
    pieces = exchange.active.session.boundary.stream(exchange.call, lambda asked: _world(exchange, asked))
    feed = _sync_feed(exchange.library)(exchange)
    response = exchange.response(feed.begin(pieces), feed)
    feed.response = response
    if not stream:
        try:
            response.read()
        except BaseException:
            response.close()
            raise
    return response


async def send_async(exchange: Exchange, *, stream: bool) -> Any:
    """The same for an asynchronous client."""
    pieces = exchange.active.session.boundary.stream_async(
        exchange.call, lambda asked: _world_async(exchange, asked)
    )
    feed = _async_feed(exchange.library)(exchange)
    response = exchange.response(await feed.begin(pieces), feed)
    feed.response = response
    if not stream:
        try:
            await response.aread()
        except BaseException:
            await response.aclose()
            raise
    return response


def _world(exchange: Exchange, asked: Call) -> Generator[Piece, None, None]:
    """The world beyond the corridor: the model in this process, or the network."""
    if exchange.active.answer is not None:
        with exchange.asking_the_model():
            answer = exchange.active.answer(asked.request)
            yield from paced(answer, exchange.clock, asked.request.patience)
        return
    exchange.refuse_without_model()
    sent = exchange.clock.now()
    with exchange.meeting_the_world():
        request = exchange.native_request(asked)
        reply = exchange.send(exchange.client, request, stream=True, **exchange.options)
        with closing(reply.stream) as body:
            yield exchange.head_of(reply)
            for data in (reply.content,) if exchange.read else body:
                yield Chunk(data, exchange.clock.now() - sent)


async def _world_async(exchange: Exchange, asked: Call) -> AsyncGenerator[Piece, None]:
    if exchange.active.answer is not None:
        with exchange.asking_the_model():
            answer = exchange.active.answer(asked.request)
            async with aclosing(paced_async(answer, exchange.clock, asked.request.patience)) as pieces:
                async for piece in pieces:
                    yield piece
        return
    exchange.refuse_without_model()
    sent = exchange.clock.now()
    with exchange.meeting_the_world():
        request = exchange.native_request(asked)
        reply = await exchange.send(exchange.client, request, stream=True, **exchange.options)
        async with aclosing(reply.stream) as body:
            yield exchange.head_of(reply)
            if exchange.read:
                yield Chunk(reply.content, exchange.clock.now() - sent)
                return
            chunks = aiter(body)
            try:
                async for data in chunks:
                    yield Chunk(data, exchange.clock.now() - sent)
            finally:
                if isinstance(chunks, AsyncGenerator):
                    await chunks.aclose()


class _Feed:
    """What both feeds know: the exchange, and the response to tell its time when all is over."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.response: Any = None

    def _over(self) -> None:
        response, self.response = self.response, None
        if response is not None:
            response.elapsed = self._exchange.elapsed()
            self._exchange.reply = self._exchange.body = None


class _SyncFeed(_Feed):
    """A response's body, fed by the corridor piece by piece; closing it closes the corridor."""

    _pieces: Generator[Piece, None, None] | Iterator[Piece]

    def begin(self, pieces: Generator[Piece, None, None]) -> HttpReply:
        """Take the head; where the corridor ends in a failure that has bytes, these are the reply."""
        self._pieces = pieces
        try:
            head = next(pieces, None)
        except Exception as error:  # noqa: BLE001 - turned into the client's own error
            reply = self._exchange.failing_reply(error)
            if reply is not None:
                self._pieces = iter(reply.chunks)
                return reply.head
            raised = self._exchange.native(error, begun=False)
        else:
            if isinstance(head, HttpReply):
                return head
            raised = self._exchange.native(RoomError(_NO_REPLY), begun=False)
        raise raised

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._pieces:
                if isinstance(piece, Chunk):
                    yield piece.data
        except Exception as error:  # noqa: BLE001 - turned into the client's own error
            raised = self._exchange.native(error, begun=True)
        else:
            return
        raise raised

    def close(self) -> None:
        """Leave the corridor: what has not come by now is not wanted.

        While another thread waits for the next piece only the connection can be closed, as it ever could.
        """
        if isinstance(self._pieces, GeneratorType) and not self._pieces.gi_running:
            self._pieces.close()
        elif self._exchange.body is not None:
            self._exchange.body.close()
        self._over()


class _AsyncFeed(_Feed):
    """The same for an asynchronous client."""

    _pieces: AsyncGenerator[Piece, None]

    async def begin(self, pieces: AsyncGenerator[Piece, None]) -> HttpReply:
        self._pieces = pieces
        try:
            head = await anext(pieces, None)
        except Exception as error:  # noqa: BLE001 - turned into the client's own error
            reply = self._exchange.failing_reply(error)
            if reply is not None:
                self._pieces = _all_of(reply.chunks)
                return reply.head
            raised = self._exchange.native(error, begun=False)
        else:
            if isinstance(head, HttpReply):
                return head
            raised = self._exchange.native(RoomError(_NO_REPLY), begun=False)
        raise raised

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._pieces:
                if isinstance(piece, Chunk):
                    yield piece.data
        except Exception as error:  # noqa: BLE001 - turned into the client's own error
            raised = self._exchange.native(error, begun=True)
        else:
            return
        raise raised

    async def aclose(self) -> None:
        if isinstance(self._pieces, AsyncGeneratorType) and not self._pieces.ag_running:
            await self._pieces.aclose()
        elif self._exchange.body is not None:
            await self._exchange.body.aclose()
        self._over()


async def _all_of(chunks: tuple[Chunk, ...]) -> AsyncGenerator[Piece, None]:
    for chunk in chunks:
        yield chunk


@cache
def _sync_feed(library: Any) -> type[_SyncFeed]:
    return type("Feed", (_SyncFeed, library.SyncByteStream), {})


@cache
def _async_feed(library: Any) -> type[_AsyncFeed]:
    return type("Feed", (_AsyncFeed, library.AsyncByteStream), {})
