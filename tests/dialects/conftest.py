"""A wire between the real SDKs and written replies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest

from agentprobe.domain.wire import HttpReply


class Wire:
    """Answers every request of an SDK with the next reply, the last one again and again."""

    def __init__(self) -> None:
        self.replies: list[HttpReply] = []
        self.requests: list[httpx2.Request] = []

    @property
    def client(self) -> httpx2.Client:
        return httpx2.Client(transport=httpx2.MockTransport(self._answer))

    @property
    def async_client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    @property
    def body(self) -> bytes:
        """What the SDK sent last."""
        return self.requests[-1].content

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        reply = self.replies[0] if len(self.replies) == 1 else self.replies.pop(0)
        return httpx2.Response(reply.status, headers=list(reply.headers), stream=_Chunks(reply))


class _Chunks(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, reply: HttpReply) -> None:
        self._chunks = reply.chunks

    def __iter__(self) -> Iterator[bytes]:
        return (chunk.data for chunk in self._chunks)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk.data


@pytest.fixture
def wire() -> Wire:
    return Wire()
