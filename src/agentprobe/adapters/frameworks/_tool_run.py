"""A tool that a framework carries out, led through the corridor of the session it happens in."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from agentprobe.adapters import watch
from agentprobe.adapters.active import Active
from agentprobe.adapters.asked import Asked, carrying_out, is_under_way, under_way
from agentprobe.adapters.current import current
from agentprobe.adapters.frameworks._steering import steers
from agentprobe.adapters.tool_call import DECORATED, named_arguments, plain_items, spelling
from agentprobe.adapters.tools import value_of
from agentprobe.domain.call import STEERED, Call, Effect, Kind, Outcome
from agentprobe.errors import AgentProbeError

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """What a framework says of a tool call that it is about to carry out."""

    name: str
    arguments: Mapping[str, Any] | None = None
    """As the framework tells them; None to read them off the function's own call."""
    ref: str = ""
    """The provider's id of the call, where the framework has it."""
    effect: Effect = Effect.WRITE


def led(function: Function, run: ToolRun, *, own: Function | None = None) -> Function:
    """The function that a framework is about to call, as one whose call walks the corridor.

    It stays of its kind: plain, asynchronous, or giving its result piece by piece. A function that carries
    `@agentprobe.tool` leads itself and is only told the call's id; a call that an outer layer has led
    already passes. `own` is the user's function where the framework calls another one around it.
    """
    if _leads_itself(own or function):
        return _announced(function, run)
    return _of_its_kind(function)(function, run)


def _leads_itself(function: Function | None) -> bool:
    """Does it, or what it is wrapped around, carry `@agentprobe.tool`?"""
    for _ in range(_DEEP):
        if function is None or getattr(function, DECORATED, False):
            break
        inner = (getattr(function, name, None) for name in _WRAPPED)
        function = next((one for one in inner if callable(one)), None)
    return function is not None and getattr(function, DECORATED, False) is True


_DEEP = 8
_WRAPPED = ("__wrapped__", "raw_function", "__func__")
"""Where functools, pydantic and bound methods keep the function that they are around."""


def _of_its_kind(function: Function) -> Callable[[Function, ToolRun], Function]:
    if _is(inspect.isasyncgenfunction, function):
        return _pieces_async
    if _is(inspect.iscoroutinefunction, function):
        return _async
    return _pieces if _is(inspect.isgeneratorfunction, function) else _plain


def _is(kind: Callable[[Any], bool], function: Function) -> bool:
    return kind(function) or kind(getattr(function, "__call__", None))  # noqa: B004 - an object may be a tool


def _announced(function: Function, run: ToolRun) -> Function:
    if _is(inspect.iscoroutinefunction, function):

        @wraps(function)
        async def waited(*args: Any, **kwargs: Any) -> Any:
            with carrying_out(Asked(ref=run.ref)):
                return await function(*args, **kwargs)

        return waited

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        with carrying_out(Asked(ref=run.ref)):
            return function(*args, **kwargs)

    return called


class _Crossing:
    """One call of a tool's function on its way into the corridor; `active` is None where there is no way."""

    __slots__ = ("_args", "_function", "_kwargs", "active", "call", "run")

    def __init__(
        self, function: Function, run: ToolRun, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self._function, self._args, self._kwargs, self.run = function, args, kwargs, run
        self.active = _session()
        if self.active is None:
            return
        given = run.arguments
        told = named_arguments(function, args, kwargs) if given is None else plain_items(given)
        if is_under_way(run.name, told):
            self.active = None
            return
        self.call = Call(
            kind=Kind.TOOL,
            name=run.name,
            request=told,
            effect=run.effect,
            path=self.active.path,
            intent=f"{run.name} {spelling(told)}" if run.effect is Effect.WRITE else "",
            ref=run.ref,
        )

    def perform(self, asked_for: Call) -> Any:
        """Call the function; what a room has changed in its arguments is changed by name."""
        kwargs = self._kwargs
        if asked_for.request is not self.call.request:
            told = self.call.request
            other = {k: v for k, v in asked_for.request.items() if k not in told or v != told[k]}
            kwargs = {**kwargs, **other}
        return self._function(*self._args, **kwargs)


def _session() -> Active | None:
    try:
        return current()
    except AgentProbeError as error:  # the agent runs on; that its tools are not seen stands in the trace
        watch.attached("the session", f"its orders cannot be carried out: {error}")
        return None


def _plain(function: Function, run: ToolRun) -> Function:
    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        crossing = _Crossing(function, run, args, kwargs)
        active = crossing.active
        if active is None:
            return function(*args, **kwargs)

        def perform(asked_for: Call) -> Any:
            with active.inside(run.name), carrying_out(under_way(crossing.call)) as carried:
                try:
                    return carried.came(crossing.perform(asked_for))
                except Exception as error:
                    if not steers(error):
                        raise
                    return Outcome(error=error, marks=(STEERED,))

        try:
            outcome = active.session.boundary.call(crossing.call, perform)
        except Exception as error:
            raise active.broken(error) from error
        return value_of(outcome)

    return called


def _async(function: Function, run: ToolRun) -> Function:
    @wraps(function)
    async def called(*args: Any, **kwargs: Any) -> Any:
        crossing = _Crossing(function, run, args, kwargs)
        active = crossing.active
        if active is None:
            return await function(*args, **kwargs)

        async def perform(asked_for: Call) -> Any:
            with active.inside(run.name), carrying_out(under_way(crossing.call)) as carried:
                try:
                    return carried.came(await crossing.perform(asked_for))
                except Exception as error:
                    if not steers(error):
                        raise
                    return Outcome(error=error, marks=(STEERED,))

        try:
            outcome = await active.session.boundary.call_async(crossing.call, perform)
        except Exception as error:
            raise active.broken(error) from error
        return value_of(outcome)

    return called


def _pieces(function: Function, run: ToolRun) -> Function:
    """Pieces are gathered first where a room may change them; else each passes as it comes."""

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Generator[Any, None, None]:
        crossing = _Crossing(function, run, args, kwargs)
        active = crossing.active
        if active is None:
            yield from function(*args, **kwargs)
            return

        def perform(asked_for: Call) -> Generator[Any, None, None]:
            with active.inside(run.name), carrying_out(under_way(crossing.call)):
                yield from crossing.perform(asked_for)

        boundary = active.session.boundary
        if not _may_change(active):
            yield from boundary.watch(crossing.call, perform)
            return
        yield from value_of(boundary.call(crossing.call, lambda asked_for: list(perform(asked_for))))

    return called


def _pieces_async(function: Function, run: ToolRun) -> Function:
    @wraps(function)
    async def called(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        crossing = _Crossing(function, run, args, kwargs)
        active = crossing.active
        if active is None:
            async for piece in function(*args, **kwargs):
                yield piece
            return

        async def gathered(asked_for: Call) -> list[Any]:
            with active.inside(run.name), carrying_out(under_way(crossing.call)):
                return [piece async for piece in crossing.perform(asked_for)]

        boundary = active.session.boundary
        if not _may_change(active):
            async for piece in boundary.watch_async(crossing.call, crossing.perform):
                yield piece
            return
        for piece in value_of(await boundary.call_async(crossing.call, gathered)):
            yield piece

    return called


def _may_change(active: Active) -> bool:
    """May a room give another answer than the tool's own?"""
    return bool(active.orders.schedule) or active.orders.replay is not None
