"""The tools that a server offers, asked of it once and without a session of ours."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from agentprobe.errors import ConfigError
from agentprobe.mcp.events import Events
from agentprobe.mcp.lines import Lines
from agentprobe.mcp.messages import VERSION, Message, notification, read, spelled
from agentprobe.mcp.pipes import BLOCK
from agentprobe.mcp.process import ServerProcess

REVISION = "2025-11-25"
STATELESS = "2026-07-28"
"""The first revision that shakes no hands."""
MOST_TOOLS = 2_000
PATIENCE_SECONDS = 60.0
"""Servers that are fetched first take their time."""
_GONE = 0.5
_LEAVES = 5.0
_SESSION = "Mcp-Session-Id"
_NAMED = {"name": "agentprobe", "version": "1"}
Ask = Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Sends a request and gives what its response says: `result` or `error`."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A server as it presents itself."""

    name: str
    """As it calls itself; "" where it does not."""
    version: str = ""
    tools: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    """As the protocol has them: name, description, inputSchema, annotations."""


def list_tools(
    command: Sequence[str] = (), *, url: str = "", patience_seconds: float = PATIENCE_SECONDS
) -> Listed:
    """Start a server (or go to an address), ask what tools it has, and end it. Raises ConfigError.

    No tool is called. The process gets the environment that we have.
    """
    asked = _over_http(url, patience_seconds) if url else _over_pipes(command, patience_seconds)
    return asyncio.run(asked)


async def _over_pipes(command: Sequence[str], patience_seconds: float) -> Listed:
    process = ServerProcess(command)
    await process.start()
    talk = _Talk(process)
    ended = asyncio.create_task(process.ended())
    asked = asyncio.create_task(_listed(talk.ask, talk.tell))
    try:
        await asyncio.wait({asked, ended}, timeout=patience_seconds, return_when=asyncio.FIRST_COMPLETED)
        if ended.done() and not asked.done():
            await asyncio.wait({asked}, timeout=_GONE)
        if asked.done():
            return asked.result()
        if ended.done():
            _refuse(f"the tool server '{command[0]}' ended with {ended.result()} before it listed its tools")
        _refuse(f"the tool server '{command[0]}' did not list its tools within {patience_seconds:g} s")
    finally:
        asked.cancel()
        with suppress(asyncio.CancelledError, ConfigError):
            await asked
        await _let_go(process, ended)


async def _let_go(process: ServerProcess, ended: asyncio.Task[int]) -> None:
    """End a server as the protocol asks: close its input, then ask it, then have it end."""
    with suppress(TimeoutError):
        await asyncio.wait_for(process.close(), _GONE)
    for number in (15, 9):
        await asyncio.wait({ended}, timeout=_GONE)
        if ended.done():
            return
        process.send_signal(number)
    await ended


class _Talk:
    """Requests and responses, one after the other, with a server's process."""

    def __init__(self, process: ServerProcess) -> None:
        self._process = process
        self._lines = Lines()
        self._heard: list[Message] = []
        self._numbers = itertools.count(1)

    def tell(self, message: bytes) -> None:
        """Say something that asks for nothing."""
        self._process.write(message + b"\n")

    async def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request; what the server asks meanwhile is declined."""
        number = next(self._numbers)
        self.tell(_request(number, method, params))
        while True:
            for message in await self._next():
                if message.is_response and message.told.get("id") == number:
                    return message.answer
                if message.is_request:
                    self.tell(_declined(message))

    async def _next(self) -> list[Message]:
        data = await self._process.said.read(BLOCK)
        if not data:
            _refuse("the tool server closed its output before it listed its tools")
        return [message for line, whole in self._lines.feed(data) if whole for message in read(line)]


async def _over_http(url: str, patience_seconds: float) -> Listed:
    numbers = itertools.count(1)
    session: dict[str, str] = {}

    async def ask(method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        number = next(numbers)
        body = _request(number, method, params)
        answer = await asyncio.to_thread(_post, url, body, session, number, patience_seconds)
        spoken = answer.get("result")
        if method == "initialize" and isinstance(spoken, Mapping) and "protocolVersion" in spoken:
            session["MCP-Protocol-Version"] = str(spoken["protocolVersion"])
        return answer

    def tell(message: bytes) -> None:
        _post(url, message, session, None, patience_seconds)

    try:
        return await _listed(ask, tell)
    finally:
        if _SESSION in session:
            await asyncio.to_thread(_leave, url, session)


def _leave(url: str, session: dict[str, str]) -> None:
    """Tell a server that its session is over; not all take that."""
    over = Request(url, headers=session, method="DELETE")  # noqa: S310 - it has answered over HTTP before
    try:
        urlopen(over, timeout=_LEAVES).close()  # noqa: S310 - as above
    except HTTPError as error:
        error.close()
    except OSError:
        return


def _post(
    url: str, body: bytes, session: dict[str, str], number: int | None, patience_seconds: float
) -> dict[str, Any]:
    """Send one message; the answer to request `number`, from a body or a stream of events."""
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        **session,
    }
    if not url.startswith(("http://", "https://")):
        _refuse(f"'{url}' is not the address of a tool server: it begins with http:// or https://")
    try:
        with urlopen(Request(url, data=body, headers=headers), timeout=patience_seconds) as reply:  # noqa: S310 - checked above
            if reply.headers.get(_SESSION):
                session[_SESSION] = reply.headers[_SESSION]
            if number is None:
                return {}
            for message in _messages(reply):
                if message.is_response and message.told.get("id") == number:
                    return message.answer
    except HTTPError as error:
        error.close()
        _refuse(f"{url} answered with status {error.code}")
    except (URLError, OSError) as error:
        _refuse(f"cannot reach {url}: {getattr(error, 'reason', error)}")
    raise ConfigError(f"{url} did not answer")


def _messages(reply: Any) -> Iterator[Message]:
    if "event-stream" not in reply.headers.get("Content-Type", ""):
        yield from read(reply.read())
        return
    events = Events()
    while data := reply.readline():
        for event in events.feed(data):
            yield from event.messages


async def _listed(ask: Ask, tell: Callable[[bytes], None]) -> Listed:
    """Shake hands where the server does, and turn the pages of its list."""
    params = {"protocolVersion": REVISION, "capabilities": {}, "clientInfo": _NAMED}
    hello = await ask("initialize", params)
    meta: dict[str, Any] = {}
    if "result" in hello:
        told = hello["result"]
        tell(notification("notifications/initialized").raw)
    else:  # a revision that shakes no hands
        told = {}
        meta = {"_meta": {VERSION: STATELESS}}
    tools: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    cursor: str | None = None
    while len(tools) < MOST_TOOLS:
        answer = await ask("tools/list", {**meta, **({"cursor": cursor} if cursor else {})})
        result = answer.get("result")
        if not isinstance(result, Mapping):
            _refuse(f"the tool server does not list its tools: {_said(answer)}")
        tools += [one for one in result.get("tools") or () if isinstance(one, Mapping)]
        cursor = result.get("nextCursor")
        if not cursor or cursor in seen:
            break
        seen.add(cursor)
    info = told.get("serverInfo") if isinstance(told, Mapping) else None
    known = info if isinstance(info, Mapping) else {}
    return Listed(name=str(known.get("name", "")), version=str(known.get("version", "")), tools=tuple(tools))


def _request(number: int, method: str, params: Mapping[str, Any]) -> bytes:
    return spelled({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def _declined(asked: Message) -> bytes:
    """What is said to a server that asks something itself: a ping is answered, all else declined."""
    if asked.method == "ping":
        return asked.answered({"result": {}})
    return asked.answered({"error": {"code": -32601, "message": "not offered"}})


def _said(answer: Mapping[str, Any]) -> str:
    error = answer.get("error")
    return str(error.get("message", error)) if isinstance(error, Mapping) else "no answer"


def _refuse(message: str) -> NoReturn:
    raise ConfigError(message)
