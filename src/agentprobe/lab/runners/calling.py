"""Agents that are Python callables: called in the worker process, on the run's own clock."""

from __future__ import annotations

import inspect
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from agentprobe.adapters.active import Active
from agentprobe.errors import Killed, described
from agentprobe.lab.seen import Ending


def call_agent(
    agent: Callable[..., Any], prompt: str, settings: dict[str, Any], active: Active, *, restarts: int = 0
) -> Ending:
    """Run a callable to its end, sync or async, however it ends.

    Where a fault kills it, it is called again, `restarts` times at most.
    """
    clock = active.session.clock
    began = clock.now()
    ending = _called(agent, prompt, settings, active, restarts)
    return replace(ending, seconds=clock.now() - began)


def _called(
    agent: Callable[..., Any], prompt: str, settings: dict[str, Any], active: Active, restarts: int
) -> Ending:
    ours, starts = os.getpid(), 0
    try:
        with active:
            for starts in range(restarts + 1):
                try:
                    answer = _answer(agent, prompt, settings, active)
                except BaseException:
                    if not _may_start_again(active, restarts - starts):
                        raise
                else:
                    if not _may_start_again(active, restarts - starts):
                        break
            _end_fork(ours)
    except BaseException as error:  # noqa: BLE001 - code under test may end in any way, SystemExit included
        _end_fork(ours)
        return Ending(raised=described(error))
    return Ending(answer="" if answer is None else str(answer), restarts=starts)


def _answer(agent: Callable[..., Any], prompt: str, settings: dict[str, Any], active: Active) -> Any:
    answer = agent(prompt, **settings)
    return active.run(_awaited(answer)) if inspect.isawaitable(answer) else answer


def _may_start_again(active: Active, left: int) -> bool:
    """Was the agent killed, whatever it made of that, and may it be started anew?"""
    if not left or not isinstance(active.session.boundary.stopped, Killed):
        return False
    active.session.boundary.revive()
    return True


def _end_fork(ours: int) -> None:
    """Go no further in a copy of the worker that the agent has forked: only one of them may report."""
    if os.getpid() != ours:
        os._exit(0)


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer
