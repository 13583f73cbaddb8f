"""Snapshots of what a framework keeps, as plain values of bounded size."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import msgspec

from agentprobe.adapters import watch
from agentprobe.adapters.current import current
from agentprobe.adapters.state import state
from agentprobe.adapters.tool_call import plain_value
from agentprobe.trace.body import UNKNOWN, said

Function = Callable[..., Any]
LARGEST = 1 << 18
"""Bytes of the largest snapshot that is kept whole; of a larger one only the sizes of its parts are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a framework keeps at one moment."""

    name: str
    """Whose it is; equal in every run of the same agent, where the framework has such a name."""
    values: Mapping[str, Any] = field(repr=False)
    ref: str = ""
    """The framework's own id of this moment."""


Look = Callable[..., "Seen | Awaitable[Seen | None] | None"]
"""Reads a state off the arguments of the function that has just changed it; None where nothing is new."""


def keep(seen: Seen, *, source: str) -> None:
    """Write a snapshot into the trace; whatever goes wrong is said there and never felt by the agent."""
    try:
        state(seen.name, _bounded(_plain(seen.values)), source=source, ref=seen.ref)
    except Exception as error:  # noqa: BLE001 - a framework's state may be anything, and the agent goes first
        _missed(source, error)


def after(look: Look, *, source: str, of_result: bool = False) -> Callable[[Function], Function]:
    """For `Framework.replace`: the same function, after whose return there is a snapshot.

    With `of_result` it is read off what the function returned. Only an asynchronous function may have an
    asynchronous look.
    """

    def make(own: Function) -> Function:
        if inspect.iscoroutinefunction(own):

            @wraps(own)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                result = await own(*args, **kwargs)
                seen = _seen(look, source, (result,), {}) if of_result else _seen(look, source, args, kwargs)
                await _keep_awaited(seen, source)
                return result

            return awaited

        @wraps(own)
        def called(*args: Any, **kwargs: Any) -> Any:
            result = own(*args, **kwargs)
            seen = _seen(look, source, (result,), {}) if of_result else _seen(look, source, args, kwargs)
            if isinstance(seen, Seen):
                keep(seen, source=source)
            return result

        return called

    return make


def _seen(look: Look, source: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What the look gives; None where it fails, and where there is no trace: then nobody pays for looking."""
    try:
        return look(*args, **kwargs) if _is_kept() else None
    except Exception as error:  # noqa: BLE001 - a framework that has changed is said to have, and runs on
        return _missed(source, error)


async def _keep_awaited(seen: Any, source: str) -> None:
    try:
        found = await seen if inspect.isawaitable(seen) else seen
    except Exception as error:  # noqa: BLE001 - the same
        return _missed(source, error)
    if isinstance(found, Seen):
        keep(found, source=source)
    return None


def _is_kept() -> bool:
    session = current()
    return session is not None and session.writer is not None


def _missed(source: str, error: Exception) -> None:
    """Say once what cannot be seen: it would be the same after every step."""
    why = f"a snapshot could not be taken: {type(error).__name__}: {said(error)}"
    if (source, why) not in _told:
        _told.add((source, why))
        watch.attached(source, why)


_told: set[tuple[str, str]] = set()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: msgspec.to_builtins(value, enc_hook=_plain_or_named, str_keys=True)
        for name, value in values.items()
    }


def _plain_or_named(value: Any) -> Any:
    """A part that has no plain value is told by its type alone: how it prints may differ in every run."""
    try:
        return plain_value(value)
    except Exception:  # noqa: BLE001 - foreign code is asked for its value
        return {UNKNOWN: f"<{type(value).__qualname__}>"}


def _bounded(values: dict[str, Any]) -> dict[str, Any]:
    sizes = {key: len(msgspec.json.encode(value)) for key, value in values.items()}
    if sum(sizes.values()) <= LARGEST:
        return values
    return {key: {"bytes": size} for key, size in sizes.items()}
