"""Where two values differ, by JSON path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from agentprobe.basis.canonical import canonical
from agentprobe.trace.diff.align import aligned, gaps


class Change(Struct, frozen=True, omit_defaults=True):
    """One place at which two values differ; a side on which there is nothing is unset."""

    path: str
    a: Any = UNSET
    b: Any = UNSET


def changes(a: Any, b: Any, path: str = "$") -> Iterator[Change]:
    """Every place at which the values differ; entries of lists are matched before they are compared."""
    a, b = opened(a), opened(b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in [*a, *(key for key in b if key not in a)]:
            yield from _beside(a.get(key, UNSET), b.get(key, UNSET), _inside(path, key))
    elif isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        yield from _in_lists(a, b, path)
    elif spelled(a) != spelled(b):
        yield Change(path, a, b)


def opened(value: Any) -> Any:
    """Text that is a JSON object or array as what it says; all else as it is."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.MsgspecError, RecursionError):
        return value


def spelled(value: Any) -> str:
    """One spelling for equal values, whatever they are."""
    try:
        return canonical(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return ascii(value)


def _beside(a: Any, b: Any, path: str) -> Iterator[Change]:
    if a is UNSET or b is UNSET:
        yield Change(path, a, b)
    else:
        yield from changes(a, b, path)


def _in_lists(a: Sequence[Any], b: Sequence[Any], path: str) -> Iterator[Change]:
    pairs = aligned([spelled(entry) for entry in a], [spelled(entry) for entry in b])
    for i, i_end, j, j_end in gaps(pairs, len(a), len(b)):
        both = min(i_end - i, j_end - j)
        for step in range(both):
            yield from changes(a[i + step], b[j + step], f"{path}[{i + step}]")
        yield from (Change(f"{path}[{at}]", a[at], UNSET) for at in range(i + both, i_end))
        yield from (Change(f"{path}[{at}]", UNSET, b[at]) for at in range(j + both, j_end))


def _inside(path: str, key: Any) -> str:
    if not isinstance(key, str) or not key.isidentifier():
        return f"{path}[{spelled(key)}]" if path else str(key)
    return f"{path}.{key}" if path else key
