"""Tool servers over HTTP behind a gateway of their own, until somebody ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from agentprobe.adapters.active import Active
from agentprobe.gateway.pool import Pool
from agentprobe.gateway.server import Gateway
from agentprobe.mcp.conversation import Conversation
from agentprobe.mcp.door import McpDoor
from agentprobe.mcp.replaying import replays_all
from agentprobe.mcp.server import Server

SETTLE_SECONDS = 1.0
"""How long what is under way may take after the signal: the streams of a server have no end of their own."""


@dataclass(frozen=True, slots=True)
class Address:
    """A server, where it is, and under which token its door stands; empty for a new one."""

    server: Server
    url: str
    token: str = ""


async def serve(
    addresses: Sequence[Address], active: Active, *, port: int, ready: Callable[[Sequence[str]], None]
) -> list[Exception]:
    """Serve until a signal; `ready` is told the local URLs. Gives what went wrong in our own rooms.

    Raises ConfigError when the port is taken or a server's URL is none.
    """
    gateway, over, loop = Gateway(), asyncio.Event(), asyncio.get_running_loop()
    conversations = [Conversation(active, address.server) for address in addresses]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with suppress(ValueError, RuntimeError):  # not on the main thread
            loop.add_signal_handler(number, over.set)
    await gateway.start(port=port)
    try:
        ready(
            [
                gateway.open_door(_door(address, active, conversation), address.url, token=address.token)
                for address, conversation in zip(addresses, conversations, strict=True)
            ]
        )
        await over.wait()
    finally:
        await gateway.stop(SETTLE_SECONDS)
    return [*gateway.defects, *(defect for own in conversations for defect in own.defects)]


def _door(address: Address, active: Active, conversation: Conversation) -> Callable[[Pool], McpDoor]:
    return lambda pool: McpDoor(pool, address.url, active, conversation, alone=replays_all(active))
