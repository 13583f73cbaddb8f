"""A tool server over standard streams: started, listened to in both directions, and ended as it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any

from agentprobe.adapters.active import Active
from agentprobe.adapters.handed_down import apart
from agentprobe.errors import ConfigError
from agentprobe.mcp.conversation import Conversation
from agentprobe.mcp.lines import Lines
from agentprobe.mcp.pipes import BLOCK, Outlet, reading, writing
from agentprobe.mcp.relay import Direction, directions
from agentprobe.mcp.replaying import replays_all
from agentprobe.mcp.server import Server

GRACE_SECONDS = 2.0
"""How long what a server has left behind may still speak after the server itself has ended."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def relay(command: Sequence[str], active: Active, server: Server) -> tuple[int, Conversation]:
    """Stand between our standard streams and a server's until it ends; gives its exit code.

    The code is 128 + n where signal n ended it. In a strict replay no server is started. Raises ConfigError
    when it cannot be.
    """
    conversation = Conversation(active, server)
    client, to_client = await reading(_own(0)), await writing(_own(1))
    if replays_all(active):
        out, _ = directions(conversation, lambda _: None, to_client.write)
        await _pump(client, out, to_client)
        out.leave()
        await out.settled()
        code = 0
    else:
        code = await _between(client, to_client, _started(command), conversation)
    await to_client.close()
    return code, conversation


async def _between(
    client: asyncio.StreamReader,
    to_client: Outlet,
    child: subprocess.Popen[bytes],
    conversation: Conversation,
) -> int:
    assert child.stdin is not None
    assert child.stdout is not None
    to_server, said = await writing(child.stdin), await reading(child.stdout)
    out, back = directions(conversation, to_server.write, to_client.write)
    _pass_signals(child)
    incoming = asyncio.create_task(_client(client, out, to_server))
    outgoing = asyncio.create_task(_pump(said, back, to_client))
    ended = asyncio.create_task(asyncio.to_thread(child.wait))
    try:
        await _first(outgoing, ended)
        if ended.done():
            await asyncio.wait({outgoing}, timeout=GRACE_SECONDS)
        out.abandon("the tool server ended before it answered")
        await out.settled()
        code = await ended
    finally:
        for task in (incoming, outgoing):
            task.cancel()
        back.leave()
        await asyncio.gather(incoming, outgoing, back.settled(), return_exceptions=True)
    return code if code >= 0 else 128 - code


async def _first(*tasks: asyncio.Task[Any]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _client(client: asyncio.StreamReader, out: Direction, to_server: Outlet) -> None:
    """Pass on what the client says; when it has gone the server is told so."""
    await _pump(client, out, to_server)
    out.leave(asked=False)
    await to_server.close()


async def _pump(source: asyncio.StreamReader, direction: Direction, target: Outlet) -> None:
    lines = Lines()
    while data := await source.read(BLOCK):
        for line, whole in lines.feed(data):
            if whole:
                await direction.heard(line)
            else:
                direction.passed(line)
            await target.room()
    if rest := lines.rest():
        await direction.heard(rest)


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """The server's process; what it does by itself is no part of the agent's session."""
    told = apart(os.environ)
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=told, bufsize=0)
    except OSError as error:
        raise ConfigError(f"cannot start the tool server '{command[0]}': {error.strerror}") from error


def _own(number: int) -> IO[bytes]:
    """A standard stream under a number of our own, so that closing it takes it from nobody."""
    return os.fdopen(os.dup(number), "wb" if number else "rb", buffering=0)


def _pass_signals(child: subprocess.Popen[bytes]) -> None:
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        with suppress(ValueError, RuntimeError):  # not on the main thread: signals go elsewhere
            loop.add_signal_handler(number, _passer(child, number))


def _passer(child: subprocess.Popen[bytes], number: int) -> Callable[[], None]:
    def pass_on() -> None:
        if number == signal.SIGINT and os.isatty(0):  # the terminal tells them all
            return
        with suppress(ProcessLookupError):
            child.send_signal(number)

    return pass_on
