"""Agents that are Python callables: called in the worker process, on the run's own clock."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from agentprobe.adapters.active import Active
from agentprobe.lab.seen import Ending
from agentprobe.lab.worlds import described


def call_agent(agent: Callable[..., Any], prompt: str, settings: dict[str, Any], active: Active) -> Ending:
    """Run a callable to its end, sync or async, however it ends."""
    clock = active.session.clock
    began = clock.now()
    ending = _called(agent, prompt, settings, active)
    return replace(ending, seconds=clock.now() - began)


def _called(agent: Callable[..., Any], prompt: str, settings: dict[str, Any], active: Active) -> Ending:
    try:
        with active:
            answer = agent(prompt, **settings)
            if inspect.isawaitable(answer):
                answer = active.run(_awaited(answer))
    except BaseException as error:  # noqa: BLE001 - code under test may end in any way, SystemExit included
        return Ending(raised=described(error))
    return Ending(answer="" if answer is None else str(answer))


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer
