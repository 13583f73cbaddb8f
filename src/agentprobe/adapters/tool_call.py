"""How a function's call is told to the corridor: its arguments in plain values, and what it is meant for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from agentprobe.adapters.asked import announced_ref
from agentprobe.basis.canonical import canonical
from agentprobe.domain.call import Call, Effect, Kind
from agentprobe.errors import ConfigError, did_you_mean

DECORATED = "__agentprobe_tool__"
"""The attribute by which a function is known that leads its own calls."""
Key = str | Callable[..., object] | None
Arguments = tuple[tuple[Any, ...], dict[str, Any]]
"""Positional and named arguments, as they were given."""


class ToolCalls:
    """The calls of one function that is a tool.

    What has no plain value (the object a method belongs to, a context that a framework hands in) is no
    argument that the agent chose, and is not told.
    """

    def __init__(self, function: Callable[..., Any], name: str, effect: Effect, key: Key) -> None:
        self.name = name
        self._effect = effect
        self._key = key
        self._signature = inspect.signature(function)
        parameters = tuple(self._signature.parameters.values())
        self._owner = parameters[0].name if parameters and parameters[0].name in ("self", "cls") else None
        self._rest = next((p.name for p in parameters if p.kind is p.VAR_KEYWORD), None)
        if isinstance(key, str) and key not in self._signature.parameters:
            raise ConfigError(f"tool '{name}' has no argument '{key}'{did_you_mean(key, self._names())}")

    def call(self, given: Arguments, path: str) -> Call:
        """The call that these arguments make."""
        arguments = self.told(given, defaults=False)
        return Call(
            kind=Kind.TOOL,
            name=self.name,
            request=arguments,
            effect=self._effect,
            path=path,
            intent=self._intent(given) if self._effect is Effect.WRITE else "",
            ref=announced_ref(),
        )

    def changed(self, asked: Call, call: Call, given: Arguments) -> Arguments:
        """What the function is to be called with: as given, but for what a room has changed."""
        if asked.request is call.request:
            return given
        told = call.request
        other = {key: value for key, value in asked.request.items() if key not in told or value != told[key]}
        bound = self._signature.bind(*given[0], **given[1])
        for key, value in other.items():
            if key in self._signature.parameters:
                bound.arguments[key] = value
            elif self._rest is not None:
                bound.arguments[self._rest] = {**bound.arguments.get(self._rest, {}), key: value}
        return bound.args, bound.kwargs

    def told(self, given: Arguments, *, defaults: bool) -> dict[str, Any]:
        """The arguments by name, as plain values, with or without those that were left to their defaults."""
        bound = self._bound(given)
        if bound is None:
            return plain_items(given[1])
        if defaults:
            bound.apply_defaults()
        arguments = dict(bound.arguments)
        if self._owner is not None:
            arguments.pop(self._owner, None)
        if self._rest is not None:
            arguments.update(arguments.pop(self._rest, {}))
        return plain_items(arguments)

    def _bound(self, given: Arguments) -> inspect.BoundArguments | None:
        """The arguments by parameter; None where they do not fit, which the function itself will say."""
        try:
            return self._signature.bind(*given[0], **given[1])
        except TypeError:
            return None

    def _intent(self, given: Arguments) -> str:
        if callable(self._key) and self._bound(given) is not None:
            return str(self._key(*given[0], **given[1]))
        arguments = self.told(given, defaults=True)
        if isinstance(self._key, str):
            arguments = {self._key: arguments.get(self._key)}
        return f"{self.name} {spelling(arguments)}"

    def _names(self) -> list[str]:
        return [name for name in self._signature.parameters if name != self._owner]


def named_arguments(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """A call's arguments by name, as plain values; what is given by place gets its parameter's name."""
    if not args:
        return plain_items(kwargs)
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return plain_items(kwargs)
    named = dict(bound.arguments)
    for parameter in bound.signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            named.update(named.pop(parameter.name, {}))
    return plain_items(named)


def plain_items(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that have a plain value, in it."""
    plain: dict[str, Any] = {}
    for name, value in arguments.items():
        try:
            plain[name] = value if type(value) in _PLAIN else msgspec.to_builtins(value, enc_hook=plain_value)
        except Exception:  # noqa: BLE001, S112 - spelling runs foreign code; what fails cannot have been written
            continue
    return plain


def spelling(arguments: Mapping[str, Any]) -> str:
    """Equal arguments spelled equally, also those that no JSON can hold, such as keys that are no text."""
    try:
        return canonical(arguments).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        return ascii(arguments)


_PLAIN = frozenset({str, int, float, bool, type(None)})


def plain_value(value: Any) -> Any:
    """Plain values of what msgspec does not know: pydantic's models, numpy's numbers and arrays, paths."""
    for method in ("model_dump", "tolist", "__fspath__"):
        if hasattr(value, method) and not isinstance(value, type):
            return getattr(value, method)()
    raise TypeError(f"{type(value).__name__} has no plain value")
