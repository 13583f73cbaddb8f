"""A request's settings replaced where they stand, everything else of it left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

SETTINGS = ("model", "temperature", "top_p", "max_tokens", "seed", "stop")
"""The settings that have a neutral word."""
Places = Mapping[str, tuple[str, ...]]
"""Where a setting may stand, as paths with dots; the first that a request has counts, else the first."""


def adjusted(body: bytes, settings: Mapping[str, Any], places: Places) -> bytes:
    """The body with these settings; None takes one out. What is no JSON object stays as it is.

    A setting for which `places` has no path is left out: this protocol does not know it.
    """
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return body
    if not isinstance(fields, dict):
        return body
    before = msgspec.json.encode(fields)
    for name, value in settings.items():
        paths = places.get(name, (name,))
        place = _place(fields, paths) if paths else []
        if place and (value is not None or _has(fields, place)):
            _set(fields, place, value)
    after = msgspec.json.encode(fields)
    return body if after == before else after


def _place(fields: dict[str, Any], paths: tuple[str, ...]) -> list[str]:
    """Where the request has it already, else where it belongs."""
    written = (path.split(".") for path in paths)
    return next((keys for keys in written if _has(fields, keys)), paths[0].split("."))


def _has(fields: Any, keys: list[str]) -> bool:
    for key in keys:
        if not isinstance(fields, dict) or key not in fields:
            return False
        fields = fields[key]
    return True


def _set(fields: dict[str, Any], keys: list[str], value: Any) -> None:
    *outer, last = keys
    for key in outer:
        inner = fields.setdefault(key, {})
        if not isinstance(inner, dict):
            return
        fields = inner
    if value is None:
        fields.pop(last, None)
    else:
        fields[last] = value
