"""Clients as agents have them, each of which tells all that it can see of one exchange."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

Headers = list[tuple[str, str]]
_PLACES = re.compile(r"0x[0-9a-f]{6,}|127\.0\.0\.1:\d+|port=\d+")


@dataclass(frozen=True)
class Question:
    """What the agent asks."""

    target: str
    method: str = "POST"
    body: bytes = b'{"model": "m", "messages": [{"role": "user", "content": "na\xc3\xafve?"}]}'
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"), ("X-Mine", "1"))


@dataclass
class Seen:
    """All that a client can tell of a reply; `raw` is the body as it stood on the wire."""

    status: int = 0
    reason: str | None = ""
    version: str = ""
    headers: Headers = field(default_factory=list)
    raw: bytes = b""
    read: bytes = b""
    cookies: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Errors are part of what is seen, in the words of the client."""
        try:
            yield
        except Exception as error:
            kinds = " < ".join(kind.__qualname__ for kind in type(error).__mro__[:-3])
            self.errors.append(f"{kinds}: {_PLACES.sub('?', str(error))}")


Ask = Callable[[str, Question], Seen]
"""Ask at this base URL, once for the body as it came and once for what the client makes of it."""


def _texts(pairs: Any) -> Headers:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]


# -- httpx and httpx2 --------------------------------------------------------------------------------


def _told_by_httpx(seen: Seen, reply: Any) -> None:
    seen.status, seen.reason = reply.status_code, reply.reason_phrase
    seen.version, seen.headers = reply.http_version, _texts(reply.headers.raw)
    seen.cookies = sorted(f"{name}={value}" for name, value in reply.cookies.items())


def httpx_like(library: Any) -> Callable[[], Any]:
    @contextmanager
    def client() -> Iterator[Ask]:
        with library.Client(trust_env=False, verify=False, timeout=5) as own:

            def ask(base: str, question: Question) -> Seen:
                seen = Seen()
                args: Any = {"content": question.body, "headers": question.headers}
                with (
                    seen.noting(),
                    own.stream(question.method, base + question.target, **args) as reply,
                ):
                    _told_by_httpx(seen, reply)
                    for data in reply.iter_raw():
                        seen.raw += data
                with seen.noting():
                    seen.read = own.request(question.method, base + question.target, **args).content
                return seen

            yield ask

    return client


def httpx_like_async(library: Any) -> Callable[[], Any]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Any]:
        async with library.AsyncClient(trust_env=False, verify=False, timeout=5) as own:

            async def ask(base: str, question: Question) -> Seen:
                seen = Seen()
                args: Any = {"content": question.body, "headers": question.headers}
                with seen.noting():
                    async with own.stream(question.method, base + question.target, **args) as reply:
                        _told_by_httpx(seen, reply)
                        async for data in reply.aiter_raw():
                            seen.raw += data
                with seen.noting():
                    seen.read = (await own.request(question.method, base + question.target, **args)).content
                return seen

            yield ask

    return lambda: _on_a_loop(opened)


@contextmanager
def _on_a_loop(opened: Callable[[], Any]) -> Iterator[Ask]:
    with asyncio.Runner() as runner:
        own = opened()
        ask = runner.run(own.__aenter__())
        yield lambda base, question: runner.run(ask(base, question))
        runner.run(own.__aexit__(None, None, None))


# -- aiohttp -----------------------------------------------------------------------------------------


@asynccontextmanager
async def _aiohttp() -> AsyncIterator[Any]:
    import aiohttp
    from yarl import URL

    limit = aiohttp.ClientTimeout(total=5)
    async with (
        aiohttp.ClientSession(timeout=limit, auto_decompress=False) as bare,
        aiohttp.ClientSession(timeout=limit) as decoding,
    ):

        async def ask(base: str, question: Question) -> Seen:
            seen = Seen()
            url = URL(base + question.target, encoded=True)
            args: Any = {"data": question.body, "headers": question.headers}
            with seen.noting():
                async with bare.request(question.method, url, **args) as reply:
                    seen.status, seen.reason = reply.status, reply.reason
                    seen.version, seen.headers = str(reply.version), _texts(reply.raw_headers)
                    seen.cookies = sorted(f"{one.key}={one.value}" for one in reply.cookies.values())
                    async for data in reply.content.iter_any():
                        seen.raw += data
            with seen.noting():
                async with decoding.request(question.method, url, **args) as reply:
                    seen.read = await reply.read()
            return seen

        yield ask


# -- requests and urllib3 ----------------------------------------------------------------------------


@contextmanager
def _requests() -> Iterator[Ask]:
    import requests

    with requests.Session() as own:
        own.trust_env = False

        def ask(base: str, question: Question) -> Seen:
            seen = Seen()
            own.cookies.clear()
            args: Any = {"data": question.body, "headers": dict(question.headers), "timeout": 5}
            url = base + question.target
            with seen.noting(), own.request(question.method, url, stream=True, **args) as reply:
                seen.status, seen.reason = reply.status_code, reply.reason
                seen.version, seen.headers = str(reply.raw.version), list(reply.raw.headers.iteritems())
                seen.cookies = sorted(f"{name}={value}" for name, value in reply.cookies.items())
                for data in reply.raw.stream(4096, decode_content=False):
                    seen.raw += data
            own.cookies.clear()
            with seen.noting():
                seen.read = own.request(question.method, url, **args).content
            return seen

        yield ask


@contextmanager
def _urllib3() -> Iterator[Ask]:
    import urllib3

    with urllib3.PoolManager(retries=False, timeout=5) as own:

        def ask(base: str, question: Question) -> Seen:
            seen = Seen()
            args: Any = {"body": question.body, "headers": dict(question.headers)}
            url = base + question.target
            with seen.noting():
                reply = own.request(question.method, url, preload_content=False, **args)
                seen.status, seen.reason = reply.status, reply.reason
                seen.version, seen.headers = reply.version_string, list(reply.headers.iteritems())
                try:
                    while data := reply.read1(4096, decode_content=False):
                        seen.raw += data
                finally:
                    reply.release_conn()
            with seen.noting():
                seen.read = own.request(question.method, url, **args).data
            return seen

        yield ask


def clients() -> dict[str, Callable[[], Any]]:
    """By name: how to open each client, which then asks."""
    import httpx
    import httpx2

    return {
        "httpx": httpx_like(httpx),
        "httpx-async": httpx_like_async(httpx),
        "httpx2": httpx_like(httpx2),
        "httpx2-async": httpx_like_async(httpx2),
        "aiohttp": lambda: _on_a_loop(_aiohttp),
        "requests": _requests,
        "urllib3": _urllib3,
    }
