"""The hook on `send` of httpx and httpx2, by which model calls made in this process enter the corridor."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from types import ModuleType
from typing import Any

from agentprobe.adapters import sealed, watch
from agentprobe.adapters.active import Active
from agentprobe.adapters.concerned import refused
from agentprobe.adapters.current import led_session
from agentprobe.adapters.exchange import Exchange, neutral_request
from agentprobe.adapters.http_send import send, send_async
from agentprobe.adapters.model_call import model_call
from agentprobe.adapters.post_import import WhenImported
from agentprobe.adapters.watch import default_port
from agentprobe.dialects import Dialect, dialect_for
from agentprobe.domain.hosts import is_loopback

_dialect_for = lru_cache(maxsize=1024)(dialect_for)
Send = Callable[..., Any]
_replaced: list[tuple[Any, Send, Send]] = []
"""Each patched class with its own method and the one that stands in its place."""


def install() -> None:
    """Have the clients of httpx and httpx2 lead model calls through the current session's corridor.

    A library that is not imported yet is patched when it is. Without a session, and for requests that are
    no model calls, the clients do what they always did; but no provider is reached from a simulated one. A
    second time does nothing.
    """
    sealed.install()
    _watch.start()


def attach(library: ModuleType) -> None:
    """Hook this one library's clients, for a process that was started for a session."""
    _patch(library)


def uninstall() -> None:
    """Give the clients their own methods back."""
    sealed.uninstall()
    _watch.stop()
    while _replaced:
        kind, own, ours = _replaced.pop()
        if kind.send is ours:
            kind.send = own


def _patch(module: ModuleType) -> None:
    library: Any = module
    for kind, make in ((library.Client, _hooked), (library.AsyncClient, _hooked_async)):
        if all(kind is not patched for patched, _, _ in _replaced):
            own = kind.send
            kind.send = make(library, own)
            _replaced.append((kind, own, kind.send))


_watch = WhenImported(("httpx", "httpx2"), _patch)


def _hooked(library: Any, own: Send) -> Send:
    def perform(*args: Any, **options: Any) -> Any:
        with watch.led_by(library.__name__):
            return _told(own(*args, **options), library)

    @wraps(own)
    def hooked(client: Any, request: Any, *, stream: bool = False, **options: Any) -> Any:
        found = _concerned(library, client, request)
        if found is None:
            with watch.led_by(library.__name__):
                return _told(own(client, request, stream=stream, **options), library)
        request.read()
        return send(_exchange(library, client, request, perform, options, *found), stream=stream)

    return hooked


def _hooked_async(library: Any, own: Send) -> Send:
    async def perform(*args: Any, **options: Any) -> Any:
        with watch.led_by(library.__name__):
            return _told(await own(*args, **options), library)

    @wraps(own)
    async def hooked(client: Any, request: Any, *, stream: bool = False, **options: Any) -> Any:
        found = _concerned(library, client, request)
        if found is None:
            with watch.led_by(library.__name__):
                return _told(await own(client, request, stream=stream, **options), library)
        await request.aread()
        return await send_async(_exchange(library, client, request, perform, options, *found), stream=stream)

    return hooked


def _concerned(library: Any, client: Any, request: Any) -> tuple[Active, Dialect] | None:
    """The session and the dialect of a request that must walk the corridor."""
    if client.is_closed or watch.is_led():
        return None
    host, port = request.url.host, request.url.port or default_port(request.url.scheme)
    if watch.is_door(host, port) or _goes_by_proxy(client, request):
        return None  # the gateway records it
    active = led_session(library.__name__)
    if active is not None and active.joined and not active.orders.door:
        return None
    dialect = _dialect_for(request.method, request.url.raw_path.decode("ascii"))
    found = (active, dialect) if active is not None and dialect is not None else None
    purpose = "mcp" if found is None and _speaks_mcp(request) else ""
    watch.sent(host, port, library.__name__, seen=found is not None, path=request.url.path, purpose=purpose)
    if found is not None and found[0].joined and found[0].simulated:
        _turn_to_the_door(library, request, found[0].orders.door)
        return None
    if found is None and sealed.sealed(host):
        raise library.ConnectError(sealed.refusal(host, _why(active, request)), request=request)
    if found is None and (why := refused(library.__name__, request.method, host, port, request.url.path)):
        raise library.ConnectError(why, request=request)
    return found


def _speaks_mcp(request: Any) -> bool:
    """Is this a message to a tool server over HTTP that no relay of ours stands before?"""
    ours = is_loopback(request.url.host) and request.url.path.startswith("/s/")
    return not ours and any(name in request.headers for name in ("mcp-protocol-version", "mcp-session-id"))


def _told(response: Any, library: Any) -> Any:
    """A response as it is, after the watch was told its peer: not every event loop says so itself."""
    link = response.extensions.get("network_stream")
    peer = link.get_extra_info("server_addr") if watch.is_on() and link is not None else None
    if isinstance(peer, tuple):
        watch.met(str(peer[0]), int(peer[1]), library.__name__)
    return response


def _goes_by_proxy(client: Any, request: Any) -> bool:
    """Does the client send this by the gateway as its proxy? A foreign transport does as others do."""
    if not watch.has_proxy():
        return False
    transport = client._transport_for_url(request.url)
    pool = getattr(transport, "_pool", None)
    if pool is None:
        return bool(client.trust_env)
    proxy = getattr(pool, "_proxy_url", None)
    return proxy is not None and watch.is_door(proxy.host.decode(), proxy.port)


def _turn_to_the_door(library: Any, request: Any, door: str) -> None:
    """Have the gateway's simulated model answer what was meant for a provider."""
    request.url = library.URL(door + request.url.raw_path.decode("ascii"))
    request.headers["host"] = request.url.netloc.decode("ascii")


def _why(active: Active | None, request: Any) -> str:
    if active is None:
        return (
            "; several sessions are under way and this thread belongs to none of them, so start it in a copy"
            " of its caller's context"
        )
    return f"; agentprobe does not speak {request.method} {request.url.path}"


def _exchange(
    library: Any,
    client: Any,
    request: Any,
    perform: Send,
    options: dict[str, Any],
    active: Active,
    dialect: Dialect,
) -> Exchange:
    return Exchange(
        library=library,
        client=client,
        request=request,
        send=perform,
        options=options,
        active=active,
        call=model_call(neutral_request(client, request), dialect, active.path),
        dialect=dialect,
    )
