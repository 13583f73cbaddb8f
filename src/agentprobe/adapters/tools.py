"""Tools by name: a decorator by which a function's calls walk the corridor of the session they happen in."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, overload

from agentprobe.adapters.asked import carrying_out, is_under_way, under_way
from agentprobe.adapters.current import current
from agentprobe.adapters.native import tool_error
from agentprobe.adapters.tool_call import DECORATED, Key, ToolCalls
from agentprobe.domain.call import Call, Effect, Outcome
from agentprobe.errors import ConfigError, WorldFailure, did_you_mean

P = ParamSpec("P")
R = TypeVar("R")
Function = Callable[..., Any]


@overload
def tool(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def tool(
    *, effect: Effect | str = ..., name: str | None = ..., key: Key = ...
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def tool(
    function: Function | None = None,
    /,
    *,
    effect: Effect | str = Effect.WRITE,
    name: str | None = None,
    key: Key = None,
) -> Any:
    """Let a function's calls be seen, and disturbed, by the session they happen in.

    Outside a session it is the bare function. `effect` says what a call does to the world: "read" or
    "write"; who does not say gets "write", so that nothing unknown passes for harmless. `key` names what a
    write is meant to bring about once: an argument's name, or a function of the same arguments; without it,
    the tool and all its arguments.

    Raises ConfigError for an unknown effect or argument.
    """

    def decorated(function: Function) -> Function:
        if not callable(function):
            raise ConfigError("@agentprobe.tool stands right above the function, below @classmethod")
        label = name or str(getattr(function, "__name__", type(function).__name__))
        calls = ToolCalls(function, label, _effect(effect), key)
        called = _async(function, calls) if inspect.iscoroutinefunction(function) else _sync(function, calls)
        setattr(called, DECORATED, True)
        return called

    return decorated if function is None else decorated(function)


def _effect(word: str) -> Effect:
    known = [effect.value for effect in Effect]
    if word not in known:
        raise ConfigError(f"unknown effect '{word}' of a tool{did_you_mean(word, known)}")
    return Effect(word)


def _sync(function: Function, calls: ToolCalls) -> Function:
    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        active = current()
        if active is None:
            return function(*args, **kwargs)
        call = calls.call((args, kwargs), active.path)
        if is_under_way(call.name, call.request):
            return function(*args, **kwargs)

        def perform(asked: Call) -> Any:
            positional, named = calls.changed(asked, call, (args, kwargs))
            with active.inside(calls.name), carrying_out(under_way(call)) as carried:
                return carried.came(function(*positional, **named))

        try:
            outcome = active.session.boundary.call(call, perform)
        except Exception as error:
            raise active.broken(error) from error
        return value_of(outcome)

    return called


def _async(function: Function, calls: ToolCalls) -> Function:
    @wraps(function)
    async def called(*args: Any, **kwargs: Any) -> Any:
        active = current()
        if active is None:
            return await function(*args, **kwargs)
        call = calls.call((args, kwargs), active.path)
        if is_under_way(call.name, call.request):
            return await function(*args, **kwargs)

        async def perform(asked: Call) -> Any:
            positional, named = calls.changed(asked, call, (args, kwargs))
            with active.inside(calls.name), carrying_out(under_way(call)) as carried:
                return carried.came(await function(*positional, **named))

        try:
            outcome = await active.session.boundary.call_async(call, perform)
        except Exception as error:
            raise active.broken(error) from error
        return value_of(outcome)

    return called


def value_of(outcome: Outcome) -> Any:
    """What the tool's caller gets; failures that the house made up look like the tool's own."""
    if isinstance(outcome.error, WorldFailure):
        raise tool_error(outcome.error) from outcome.error
    return outcome.unwrap()
