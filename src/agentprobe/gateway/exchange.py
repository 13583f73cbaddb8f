"""One request at the agent's end: its reply written piece by piece, and how it ends when it ends badly."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator

from agentprobe.dialects import Dialect
from agentprobe.domain.wire import Chunk, HttpReply, Piece
from agentprobe.errors import AgentStopped, CutOff, Reset, TimedOut, Unreachable, WorldFailure
from agentprobe.gateway import refusals
from agentprobe.gateway.heads import BODILESS, reply_bytes, stated_length

LARGE, MANY = 64 * 1024, 32
"""So many bytes, or pieces, leave at once and wait for no others."""
PATIENCE = 1.0
"""Seconds of silence beyond a timeout, so that it is the agent who gives up first."""


class Exchange:
    """Writes one reply to the agent, in the framing its head asks for, never faster than the agent reads.

    A reply of stated length goes out as it is, any other one in chunks, or up to the end of the connection
    for a client of HTTP/1.0.
    """

    def __init__(
        self, transport: asyncio.Transport, *, keep: bool, chunks_allowed: bool = True, bodiless: bool = False
    ) -> None:
        self._transport = transport
        self._chunks_allowed = chunks_allowed
        self._chunked = False
        self._left: int | None = None
        """Bytes still owed of a body of stated length."""
        self._bodiless = bodiless
        self._room: asyncio.Future[None] | None = None
        self._unsent: list[bytes] = []
        self._seen: list[Chunk] = []
        self._head: HttpReply | None = None
        self._gone = False
        self.dialect: Dialect | None = None
        self.keep = keep
        """May the connection serve another request afterwards?"""

    async def answer(self, dialect: Dialect | None, pieces: AsyncGenerator[Piece, None]) -> Exception | None:
        """Write the whole reply; returns a defect of ours if there was one."""
        self.dialect = dialect
        try:
            async for piece in pieces:
                self._write(piece)
                if self._room is not None:
                    await self._room
            self._finish()
        except TimedOut as failure:
            await self._stay_silent(failure.seconds)
        except (Unreachable, Reset):
            self._throw_away()
        except CutOff:
            self._break_off()
        except WorldFailure as failure:
            self.say(refusals.in_its_words(failure, dialect))
        except AgentStopped as stop:
            self.say(refusals.stopped(stop, dialect))
        except asyncio.CancelledError:  # its session was closed, or the agent has gone
            self._break_off()
            raise
        except Exception as defect:  # noqa: BLE001 - a defect of a room is said aloud to agent and owner
            self.say(refusals.broken(defect, dialect))
            return defect
        finally:
            self._flush()
            await pieces.aclose()
        return None

    def say(self, reply: HttpReply | None) -> None:
        """Write a reply that is there as a whole; break off when another one has already begun."""
        if reply is None or self._head is not None:
            self._break_off()
            return
        self._begin(reply)
        for chunk in reply.chunks:
            self._body(chunk.data)
        self._finish()

    @property
    def complete(self) -> bool:
        """Has the agent got all of the model's answer, up to its terminator?

        SDKs close the connection as soon as they have read that, before the last bytes of the framing.
        """
        if self._head is None or self.dialect is None:
            return False
        return self.dialect.read_answer(self._head.with_chunks(self._seen)).complete

    # -- flow ------------------------------------------------------------------------------------

    def pause(self) -> None:
        """The agent reads too slowly: wait before the next piece."""
        self._room = asyncio.get_running_loop().create_future()

    def resume(self) -> None:
        """The agent has read on."""
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    def leave(self) -> None:
        """The agent has gone: what still comes is taken and not written."""
        self._gone = True
        self.resume()

    # -- writing ---------------------------------------------------------------------------------

    def _write(self, piece: Piece) -> None:
        if isinstance(piece, Chunk):
            self._seen.append(piece)
            self._body(piece.data)
        else:
            self._begin(piece)

    def _begin(self, reply: HttpReply) -> None:
        self._head = reply
        self._bodiless = self._bodiless or reply.status in BODILESS
        if not self._bodiless:
            self._left = stated_length(reply.headers)
            self._chunked = self._left is None and self._chunks_allowed
            self.keep = self.keep and (self._chunked or self._left is not None)
        self._put(reply_bytes(reply, chunked=self._chunked, close=not self.keep))

    def _body(self, data: bytes) -> None:
        if self._bodiless or not data:
            return
        if self._chunked:
            self._put(b"%x\r\n%b\r\n" % (len(data), data))
            return
        if self._left is not None:
            data, self.keep = data[: self._left], self.keep and len(data) <= self._left
            self._left -= len(data)
        self._put(data)

    def _put(self, data: bytes) -> None:
        """Have bytes leave in this turn of the loop; what comes together, as head and body do, in one go.

        Each write of its own is a system call that costs as much as half of all our own work on a request.
        """
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(data)
        if len(data) > LARGE or len(self._unsent) > MANY:
            self._flush()

    def _flush(self) -> None:
        data = b"".join(self._unsent)
        self._unsent.clear()
        if data and not self._gone:
            self._transport.write(data)

    def _finish(self) -> None:
        if self._head is None:  # the world said nothing at all
            self._break_off()
        elif self._chunked:
            self._put(b"0\r\n\r\n")
        elif self._left and not self._bodiless:  # a body shorter than its stated length
            self._break_off()
        self._flush()

    async def _stay_silent(self, seconds: float) -> None:
        await asyncio.sleep(seconds + PATIENCE)
        self._break_off()

    def _throw_away(self) -> None:
        """Reset the connection; one that was taken already cannot be refused otherwise either."""
        self.keep = False
        self._flush()
        if not self._gone:
            _no_clean_end(self._transport)

    def _break_off(self) -> None:
        """Close so that what came is read and what is missing is missed."""
        self.keep = False
        self._flush()
        if self._head is not None and not self._chunked and self._left is None and not self._gone:
            _no_clean_end(self._transport)


def _no_clean_end(transport: asyncio.Transport) -> None:
    """Make the coming close a reset: only that tells a body without length from a finished one."""
    link = transport.get_extra_info("socket")
    if link is not None:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if transport.get_extra_info("ssl_object") is not None:
        transport.abort()  # TLS has a goodbye of its own, which must not be said either
