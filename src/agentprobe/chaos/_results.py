"""What faults do to the results of tools: empty them or blow them up, without breaking their shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final


class _Unchanged:
    """Says that there was nothing to change; a result of its own, since None is one too."""


UNCHANGED: Final = _Unchanged()
Change = Callable[[Any], Any]
"""Makes another value of the same shape, or gives UNCHANGED back."""


def reshape(result: Any, change: Change) -> Any:
    """Change a tool's result, through its JSON where it is JSON text; UNCHANGED where nothing changes.

    Of a result as tool servers give it (blocks of content, and the same as data) the texts and the data are
    changed, and its shape stays.
    """
    if _is_in_blocks(result):
        return _reshaped_blocks(result, change)
    parsed = _parsed(result) if isinstance(result, str) else None
    if parsed is None:
        return change(result)
    changed = change(parsed)
    return UNCHANGED if changed is UNCHANGED else _spelled_like(result, changed)


def _is_in_blocks(result: Any) -> bool:
    blocks = result.get("content") if isinstance(result, dict) else None
    return isinstance(blocks, list) and all(isinstance(block, dict) and "type" in block for block in blocks)


def _reshaped_blocks(result: dict[str, Any], change: Change) -> Any:
    blocks = [_reshaped_part(block, "text", change) for block in result["content"]]
    changed = {**result, "content": blocks}
    data = result.get("structuredContent")
    if isinstance(data, dict) and set(data) == {"result"}:  # the envelope of a result that is no record
        changed["structuredContent"] = _reshaped_part(data, "result", change)
    elif data is not None:
        changed = _reshaped_part(changed, "structuredContent", change)
    return UNCHANGED if changed == result else changed


def _reshaped_part(record: dict[str, Any], key: str, change: Change) -> dict[str, Any]:
    part = reshape(record[key], change) if key in record else UNCHANGED
    return record if part is UNCHANGED else {**record, key: part}


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _spelled_like(text: str, value: Any) -> str:
    spaced = ": " in text or ", " in text
    separators = (", ", ": ") if spaced else (",", ":")
    return json.dumps(value, ensure_ascii=text.isascii(), separators=separators)


def emptied(value: Any) -> Any:
    """The same shape with nothing in it: a record keeps its keys where one of them holds a list."""
    match value:
        case dict() if holds_list(value):
            empty = {key: _emptied_field(key, inner) for key, inner in value.items()}
            return UNCHANGED if empty == value else empty
        case dict() | list() | tuple() | str() | bytes() if value:
            return _NOTHING_OF[_plain_kind(value)]()
        case _:
            return UNCHANGED


def _emptied_field(key: object, value: Any) -> Any:
    if isinstance(value, list):
        return []
    if isinstance(value, dict) and holds_list(value):
        return {inner: _emptied_field(inner, content) for inner, content in value.items()}
    counts = type(value) is int and any(word in str(key).lower() for word in ("total", "count"))
    return 0 if counts else value


_NOTHING_OF: dict[type, Callable[[], Any]] = {kind: kind for kind in (dict, list, tuple, str, bytes)}


def _plain_kind(value: Any) -> type:
    return next(kind for kind in _NOTHING_OF if isinstance(value, kind))


def enlarged(value: Any, times: int) -> Any:
    """The same shape, longer: lists repeat their items, records their lists or their longest text."""
    match value:
        case dict() if holds_list(value):
            larger = {key: _enlarged_field(inner, times) for key, inner in value.items()}
            return UNCHANGED if larger == value else larger
        case dict():
            return _longest_text_enlarged(value, times)
        case list() | tuple() | bytes() if value:
            return value * times
        case str() if value:
            return "\n".join([value] * times)
        case _:
            return UNCHANGED


def _enlarged_field(value: Any, times: int) -> Any:
    if isinstance(value, list):
        return value * times
    if isinstance(value, dict) and holds_list(value):
        return {key: _enlarged_field(inner, times) for key, inner in value.items()}
    return value


def _longest_text_enlarged(record: dict[Any, Any], times: int) -> Any:
    texts = {key: value for key, value in record.items() if isinstance(value, str) and value}
    if not texts:
        return UNCHANGED
    longest = max(texts, key=lambda key: len(texts[key]))
    return {**record, longest: " ".join([texts[longest]] * times)}


def holds_list(record: dict[Any, Any]) -> bool:
    """Is there a list in the record, at any depth of records in records?"""
    return any(
        isinstance(value, list) or (isinstance(value, dict) and holds_list(value))
        for value in record.values()
    )


def copied(value: Any) -> Any:
    """A copy of plain data that no later change by the agent reaches; all else is kept as it is."""
    if isinstance(value, list):
        return [copied(item) for item in value]
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return value
