"""What stands at the ends of JSON documents: found by its path, and put back in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

MOST_DEPTH = 40
MOST_LENGTH = 10_000_000
_decoder = msgspec.json.Decoder()


class Leaf(NamedTuple):
    """A value that is neither a table nor a list, in one of many documents."""

    row: int
    path: str
    """`address.city`, `tags[]`."""
    value: Any


def read(text: str | None) -> Any:
    """A document, None where it is none that can be read."""
    if text is None or len(text) > MOST_LENGTH:
        return None
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def leaves(row: int, document: Any, path: str = "", depth: int = 0) -> Iterator[Leaf]:
    """All leaves of a document in the order in which they stand."""
    if depth > MOST_DEPTH:
        return
    if isinstance(document, dict):
        for key, value in document.items():
            yield from leaves(row, value, f"{path}.{key}" if path else key, depth + 1)
    elif isinstance(document, list):
        for value in document:
            yield from leaves(row, value, path + "[]", depth + 1)
    else:
        yield Leaf(row, path, document)


def rebuilt(
    document: Any, known: Mapping[str, object], put: Callable[[str, Any], Any], path: str = "", depth: int = 0
) -> Any:
    """The document with what `put` says for each leaf; keys that lead to no known path are left out."""
    if depth > MOST_DEPTH:
        return None
    if isinstance(document, dict):
        inside = ((f"{path}.{key}" if path else key, key, value) for key, value in document.items())
        return {
            key: rebuilt(value, known, put, below, depth + 1)
            for below, key, value in inside
            if below in known
        }
    if isinstance(document, list):
        return [rebuilt(value, known, put, path + "[]", depth + 1) for value in document]
    return put(path, document)


def with_beginnings(paths: tuple[str, ...]) -> dict[str, object]:
    """Paths and all that leads to them."""
    known: dict[str, object] = {}
    for path in paths:
        for place, character in enumerate(path):
            if character in ".[":
                known[path[:place]] = None
        known[path] = None
    return known
