"""Agents that are Python callables: called in the worker process, on the run's own clock."""

from __future__ import annotations

import inspect
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from agentprobe.adapters.active import Active
from agentprobe.errors import described
from agentprobe.lab.seen import Ending


def call_agent(agent: Callable[..., Any], prompt: str, settings: dict[str, Any], active: Active) -> Ending:
    """Run a callable to its end, sync or async, however it ends."""
    clock = active.session.clock
    began = clock.now()
    ending = _called(agent, prompt, settings, active)
    return replace(ending, seconds=clock.now() - began)


def _called(agent: Callable[..., Any], prompt: str, settings: dict[str, Any], active: Active) -> Ending:
    ours = os.getpid()
    try:
        with active:
            answer = agent(prompt, **settings)
            if inspect.isawaitable(answer):
                answer = active.run(_awaited(answer))
            _end_fork(ours)
    except BaseException as error:  # noqa: BLE001 - code under test may end in any way, SystemExit included
        _end_fork(ours)
        return Ending(raised=described(error))
    return Ending(answer="" if answer is None else str(answer))


def _end_fork(ours: int) -> None:
    """Go no further in a copy of the worker that the agent has forked: only one of them may report."""
    if os.getpid() != ours:
        os._exit(0)


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer
