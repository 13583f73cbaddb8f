"""A tool server over standard streams: started, listened to in both directions, and ended as it ends."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

from agentprobe.adapters.active import Active
from agentprobe.errors import CutOff, Restarted
from agentprobe.mcp.conversation import Conversation
from agentprobe.mcp.lines import Lines
from agentprobe.mcp.pipes import BLOCK, Outlet, reading, writing
from agentprobe.mcp.process import ServerProcess
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
        process = ServerProcess(command)
        await process.start()
        code = await _between(client, to_client, process, conversation)
    await to_client.close()
    return code, conversation


async def _between(
    client: asyncio.StreamReader, to_client: Outlet, process: ServerProcess, conversation: Conversation
) -> int:
    out, back = directions(conversation, process.write, to_client.write)
    out.restart = process.restart
    _pass_signals(process)
    incoming = asyncio.create_task(_client(client, out, process))
    try:
        code = await _life(process, out, back, to_client)
        while process.comes_back:
            await process.start()
            code = await _life(process, out, back, to_client)
    finally:
        incoming.cancel()
        back.leave()
        await asyncio.gather(incoming, back.settled(), return_exceptions=True)
    return code if code >= 0 else 128 - code


async def _life(process: ServerProcess, out: Direction, back: Direction, to_client: Outlet) -> int:
    """Listen to one process of the server until it has ended; gives its exit code."""
    outgoing = asyncio.create_task(_pump(process.said, back, to_client))
    ended = asyncio.create_task(process.ended())
    try:
        await asyncio.wait((outgoing, ended), return_when=asyncio.FIRST_COMPLETED)
        if ended.done() and not process.comes_back:
            await asyncio.wait({outgoing}, timeout=GRACE_SECONDS)
        if process.comes_back:
            out.abandon(Restarted("the tool server ended and was started again"))
            back.leave()
        else:
            process.leave()
            out.abandon(CutOff("the tool server ended before it answered"))
            await out.settled()
        return await ended
    finally:
        outgoing.cancel()
        await asyncio.gather(outgoing, return_exceptions=True)


async def _client(client: asyncio.StreamReader, out: Direction, to_server: ServerProcess) -> None:
    """Pass on what the client says; when it has gone the server is told so."""
    await _pump(client, out, to_server)
    out.leave(asked=False)
    await to_server.close()


async def _pump(source: asyncio.StreamReader, direction: Direction, target: Outlet | ServerProcess) -> None:
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


def _own(number: int) -> IO[bytes]:
    """A standard stream under a number of our own, so that closing it takes it from nobody."""
    return os.fdopen(os.dup(number), "wb" if number else "rb", buffering=0)


def _pass_signals(process: ServerProcess) -> None:
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        with suppress(ValueError, RuntimeError):  # not on the main thread: signals go elsewhere
            loop.add_signal_handler(number, _passer(process, number))


def _passer(process: ServerProcess, number: int) -> Callable[[], None]:
    def pass_on() -> None:
        if number == signal.SIGINT and os.isatty(0):  # the terminal tells them all
            return
        process.send_signal(number)

    return pass_on
