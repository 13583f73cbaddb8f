"""The shape of JSON: which keys stand together, without what they hold."""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa

from agentprobe.worlds.shape.arrays import Values, pc

_DEEP = 20


def bare(values: Values) -> Values:
    """Each value with its keys alone: texts are empty, numbers 0, of a list's items the first stands."""
    encoded: Any = values.cast(pa.string()).dictionary_encode()
    forms = [_bare(one) for one in encoded.dictionary.to_pylist()]
    found: Values = pc.take(pa.array(forms, pa.string()), encoded.indices)
    return found


def _bare(text: str) -> str | None:
    try:
        return msgspec.json.encode(_emptied(msgspec.json.decode(text), 0)).decode()
    except (msgspec.DecodeError, RecursionError):
        return None


def _emptied(value: Any, depth: int) -> Any:
    if isinstance(value, bool) or value is None or depth > _DEEP:
        return None if depth > _DEEP else value
    if isinstance(value, dict):
        return {key: _emptied(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_emptied(one, depth + 1) for one in value[:1]]
    return "" if isinstance(value, str) else 0
