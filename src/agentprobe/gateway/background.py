"""The gateway on a thread and a loop of its own, for programs that have no loop or another one."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from agentprobe.gateway.door import Opened
from agentprobe.gateway.proxy import Proxying
from agentprobe.gateway.server import PROVIDERS, Gateway


def new_loop() -> asyncio.AbstractEventLoop:
    """The fastest event loop there is here."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


class BackgroundGateway:
    """A running gateway, to be used from any other thread."""

    def __init__(self, gateway: Gateway, loop: asyncio.AbstractEventLoop) -> None:
        self._gateway = gateway
        self._loop = loop

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._gateway.url

    @property
    def defects(self) -> tuple[Exception, ...]:
        """What went wrong in our own rooms."""
        return tuple(self._gateway.defects)

    def open_session(
        self, opened: Opened, upstreams: Mapping[str, str] = PROVIDERS, proxying: Proxying | None = None
    ) -> str:
        """Give a session its base URL, as `Gateway.open_session` does."""
        return self._gateway.open_session(opened, upstreams, proxying)

    def close_session(self, url: str, seconds: float = 2.0) -> None:
        """Shut a session's door and wait until all it did is recorded."""
        closing = self._gateway.close_session(url, seconds)
        asyncio.run_coroutine_threadsafe(closing, self._loop).result()


@contextmanager
def background(
    host: str = "127.0.0.1",
    port: int = 0,
    make_loop: Callable[[], asyncio.AbstractEventLoop] = new_loop,
    environ: Mapping[str, str] | None = None,
) -> Iterator[BackgroundGateway]:
    """Run a gateway beside this thread; what is under way at the end may finish, within seconds.

    Its own calls leave by the proxies that `environ` names.
    """
    loop, gateway = make_loop(), Gateway(environ)
    thread = threading.Thread(target=_run, args=(loop,), name="agentprobe-gateway", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(gateway.start(host, port), loop).result()
        try:
            yield BackgroundGateway(gateway, loop)
        finally:
            asyncio.run_coroutine_threadsafe(gateway.stop(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.call_soon(_keep_no_list_of_generators)
    loop.run_forever()


def _keep_no_list_of_generators() -> None:
    """Spare the loop its list of asynchronous generators: a tenth of a request's cost, and all are closed."""
    sys.set_asyncgen_hooks(firstiter=None)
