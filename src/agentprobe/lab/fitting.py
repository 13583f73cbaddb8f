"""Does what the user has written fit what the lab does with it? Asked before the first run, not in each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from inspect import Parameter, Signature, isasyncgenfunction, isgeneratorfunction, signature
from types import MappingProxyType
from typing import Any

from agentprobe.errors import ConfigError, did_you_mean

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def check_fit(function: Any, text: str, *given: str, named: Mapping[str, Any] = _NOTHING) -> None:
    """Raise ConfigError when what `text` stands for cannot be called with these arguments."""
    if not callable(function):
        raise ConfigError(f"'{text}' is no function but of type {type(function).__name__}")
    try:
        takes = signature(function)
    except (TypeError, ValueError):  # written in C: nothing is known of it
        return
    try:
        takes.bind(*given, **named)
    except TypeError as error:
        called = ", ".join((*given, *(f"{name}=…" for name in named)))
        said = f"'{text}' is called with ({called}), and it takes {_spelled(takes)}: {error}"
        raise ConfigError(f"{said}{_nearest(takes, named)}") from error


def check_answers(function: Any, text: str) -> None:
    """Raise ConfigError for an agent that hands its answer out in pieces."""
    if isgeneratorfunction(function) or isasyncgenfunction(function):
        raise ConfigError(
            f"'{text}' is a generator, which hands out pieces; name a function that returns the whole answer"
        )


def wrong_name(name: str) -> str:
    """What keeps a text from being a task's name, which stands in reports and on command lines."""
    if not name.strip():
        return "is empty"
    return "" if name.isprintable() else "holds characters that cannot be shown"


def wrong_pattern(pattern: str | None) -> str:
    """What keeps a text from being a regular expression; empty when nothing does."""
    try:
        re.compile(pattern or "")
    except re.error as error:
        return f"'{pattern}' is no regular expression: {error}"
    return ""


def _spelled(takes: Signature) -> str:
    return str(takes.replace(return_annotation=Signature.empty))


def _nearest(takes: Signature, named: Mapping[str, Any]) -> str:
    known = [name for name, one in takes.parameters.items() if one.kind is not Parameter.VAR_KEYWORD]
    unknown = next((name for name in named if name not in known), None)
    near = did_you_mean(unknown, known) if unknown else ""
    return near if "did you mean" in near else ""
