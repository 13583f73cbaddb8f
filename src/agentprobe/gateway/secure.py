"""TLS on a connection that is there already: we are the host that the agent meant to reach."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

READ = 64 * 1024
HELLO = 0x16
"""The first byte of whoever begins to speak TLS."""


class Secure(asyncio.Protocol):
    """The host's side of TLS; once it stands, `inner` meets the client as on a connection without it.

    `stands` is called then, and `refused` with the reason when the client breaks off before.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        context: ssl.SSLContext,
        inner: asyncio.Protocol,
        *,
        stands: Callable[[], None],
        refused: Callable[[str], None],
    ) -> None:
        self.transport = transport
        self._inner = inner
        self._told_stands = stands
        self._refused = refused
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._stands = self._over = False
        self._answered = False
        """Have we shown our certificate?"""

    # -- the inner side --------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Send `data` on, at once."""
        if self._over or not data:
            return
        self.tls.write(data)
        self._send()

    def close(self) -> None:
        """Say goodbye as TLS does, so that the client knows that nothing is missing, and close."""
        if self._stands and not self._over:
            self._over = True
            with suppress(ssl.SSLError):  # the client's own goodbye is not waited for
                self.tls.unwrap()
            self._send()
        self.transport.close()

    def abort(self) -> None:
        """Break off without a goodbye."""
        self._over = True
        self.transport.abort()

    # -- asyncio's side --------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        self._incoming.write(data)
        if self._stands or self._shake_hands():
            self._read()

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._stands else None

    def pause_writing(self) -> None:
        if self._stands:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._stands:
            self._inner.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        if self._stands:
            self._inner.connection_lost(error)
        elif self._answered and not self._over:
            self._refused("it closed the connection")
        self._over = True

    # -- the work --------------------------------------------------------------------------------

    def _shake_hands(self) -> bool:
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            self._answered = self._send() or self._answered
            return False
        except ssl.SSLError as error:
            self._send()
            self._over = True
            self._refused(_in_words(error))
            self.transport.close()
            return False
        self._send()
        self._stands = True
        self._told_stands()
        self._inner.connection_made(SecureTransport(self))
        return True

    def _read(self) -> None:
        while not self._over:
            try:
                data = self.tls.read(READ)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError:  # its goodbye, or bytes that are no TLS
                data = b""
            if not data:
                self.close()
                return
            self._inner.data_received(data)
        self._send()

    def _send(self) -> bool:
        data = self._outgoing.read()
        if data:
            self.transport.write(data)
        return bool(data)


class SecureTransport(asyncio.Transport):
    """The connection as the inner protocol sees it."""

    def __init__(self, secure: Secure) -> None:
        super().__init__()
        self._secure = secure
        self._below = secure.transport

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "ssl_object":
            return self._secure.tls
        return self._below.get_extra_info(name, default)

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self._secure.write(bytes(data))

    def close(self) -> None:
        self._secure.close()

    def abort(self) -> None:
        self._secure.abort()

    def is_closing(self) -> bool:
        return self._below.is_closing()

    def pause_reading(self) -> None:
        self._below.pause_reading()

    def resume_reading(self) -> None:
        self._below.resume_reading()

    def get_write_buffer_size(self) -> int:
        return self._below.get_write_buffer_size()


def _in_words(error: ssl.SSLError) -> str:
    reason = (error.reason or str(error)).lower().replace("_", " ")
    return f"it said '{reason.split('alert ')[-1]}'"
