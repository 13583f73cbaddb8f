"""A kept connection to a provider."""

from __future__ import annotations

import asyncio
import socket

from agentprobe.gateway.background import new_loop
from agentprobe.gateway.upstream import UpstreamConnection


def test_a_provider_that_has_closed_is_noticed_before_the_loop_has_read_it() -> None:
    async def scene() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as server:
            address = server.getsockname()
            _, kept = await loop.create_connection(lambda: UpstreamConnection(loop), *address)
            provider, _ = server.accept()
            before = kept.silent
            provider.close()  # from here to the next line the loop has no turn
            after = kept.silent
            kept.close()
            return before, after

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(scene()) == (True, False)
