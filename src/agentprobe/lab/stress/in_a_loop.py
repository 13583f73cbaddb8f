"""Sessions as tasks of one event loop: for asynchronous callables, whose clients belong to one loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from agentprobe.lab.stress.shape import Stage
from agentprobe.lab.stress.turns import Turns

if TYPE_CHECKING:
    from agentprobe.lab.stress.carrying import Carrier, Ready

PREPARING = 2
"""So many threads make sessions ready: worlds are copied beside the loop, not in it."""
GOING_SECONDS = 1.0
"""So long a session may take to end once it is cancelled."""


def carried_in_a_loop(carrier: Carrier, stages: Iterable[tuple[Stage, Turns]]) -> None:
    """Carry out stages one after the other."""
    with ThreadPoolExecutor(PREPARING, thread_name_prefix="agentprobe-prepare") as beside:
        asyncio.run(_all(carrier, stages, beside))


async def _all(carrier: Carrier, stages: Iterable[tuple[Stage, Turns]], beside: ThreadPoolExecutor) -> None:
    for stage, turns in stages:
        if stage.at_once:
            await _together(carrier, turns, beside)
        else:
            slots = (_slot(carrier, turns, beside) for _ in range(stage.concurrency))
            await asyncio.gather(*slots)


async def _together(carrier: Carrier, turns: Turns, beside: ThreadPoolExecutor) -> None:
    """Sessions that begin in one turn of the loop, all made ready before."""
    ready = []
    while (number := turns.next()) is not None:
        ready.append(await _ready(carrier, number, beside))
    await asyncio.gather(*(_session(carrier, one) for one in ready))


async def _slot(carrier: Carrier, turns: Turns, beside: ThreadPoolExecutor) -> None:
    while (number := turns.next()) is not None:
        await _session(carrier, await _ready(carrier, number, beside))


async def _ready(carrier: Carrier, number: int, beside: ThreadPoolExecutor) -> Ready:
    return await asyncio.get_running_loop().run_in_executor(beside, carrier.ready, number)


async def _session(carrier: Carrier, ready: Ready) -> None:
    carrier.begin(ready.number)
    session = asyncio.create_task(carrier.ended_async(ready))
    done, _ = await asyncio.wait({session}, timeout=carrier.load.most_seconds)
    if done:
        carrier.end(ready.number, session.result(), ready)
        return
    carrier.end(ready.number, carrier.overran)
    session.cancel()
    await asyncio.wait({session}, timeout=GOING_SECONDS)
