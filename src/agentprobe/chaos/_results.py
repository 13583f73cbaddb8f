"""What faults do to the results of tools: empty them or blow them up, without breaking their shape."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from agentprobe.domain.call import TOLD, Call


class _Unchanged:
    """Says that there was nothing to change; a result of its own, since None is one too."""


UNCHANGED: Final = _Unchanged()
Change = Callable[[Any], Any]
"""Makes another value of the same shape, or gives UNCHANGED back."""


def reshape(result: Any, change: Change) -> Any:
    """Change a tool's result, through its JSON where it is JSON text; UNCHANGED where nothing changes.

    Of a result as tool servers give it (blocks of content, and the same as data) the texts and the data are
    changed, and its shape stays. A list of which each item has a block of its own is changed as a whole.
    """
    if _is_in_blocks(result):
        return _reshaped_blocks(result, change)
    parsed = _parsed(result) if isinstance(result, str) else None
    if parsed is None:
        return change(result)
    changed = change(parsed)
    return UNCHANGED if changed is UNCHANGED else _spelled_like(result, changed)


def texts_changed(result: Any, change: Change) -> Any:
    """The texts of a result changed as they stand, JSON or not; UNCHANGED where it has none."""
    if isinstance(result, str):
        return change(result)
    if not _is_in_blocks(result):
        return UNCHANGED
    blocks = [_block_changed(block, change) for block in result["content"]]
    return UNCHANGED if blocks == result["content"] else {**result, "content": blocks}


def _block_changed(block: dict[str, Any], change: Change) -> dict[str, Any]:
    text = block.get("text")
    changed = change(text) if isinstance(text, str) else UNCHANGED
    return block if changed is UNCHANGED else {**block, "text": changed}


def _is_in_blocks(result: Any) -> bool:
    blocks = result.get("content") if isinstance(result, dict) else None
    return isinstance(blocks, list) and all(isinstance(block, dict) and "type" in block for block in blocks)


def _reshaped_blocks(result: dict[str, Any], change: Change) -> Any:
    items = _items_in(result)
    if items is not None:
        changed_items = change(items)
        if changed_items is not UNCHANGED and isinstance(changed_items, list) and changed_items:
            return _with_items(result, items, changed_items)
    blocks = [_reshaped_part(block, "text", change) for block in result["content"]]
    changed = {**result, "content": blocks}
    data = result.get("structuredContent")
    if isinstance(data, dict) and set(data) == {"result"}:  # the envelope of a result that is no record
        changed["structuredContent"] = _reshaped_part(data, "result", change)
    elif data is not None:
        changed = _reshaped_part(changed, "structuredContent", change)
    return UNCHANGED if changed == result else changed


def _items_in(result: dict[str, Any]) -> list[Any] | None:
    """The list that a server gave, where each of its items stands in a text of its own."""
    data = result.get("structuredContent")
    items = data.get("result") if isinstance(data, dict) and set(data) == {"result"} else None
    if not isinstance(items, list) or not items or len(items) != len(result["content"]):
        return None
    blocks = zip(items, result["content"], strict=True)
    return items if all(_tells(block.get("text"), item) for item, block in blocks) else None


def _tells(text: object, item: Any) -> bool:
    if not isinstance(text, str):
        return False
    return text == item if isinstance(item, str) else _parsed_or_none(text) == item


def _with_items(result: dict[str, Any], before: list[Any], items: list[Any]) -> dict[str, Any]:
    """The server's result with other items: those that stay in their own blocks, new ones in like ones."""
    own = {id(item): block for item, block in zip(before, result["content"], strict=True)}
    blocks = [own.get(id(item)) or _block_like(result["content"][0], item) for item in items]
    return {**result, "content": blocks, "structuredContent": {"result": items}}


def _block_like(block: dict[str, Any], item: Any) -> dict[str, Any]:
    return {**block, "text": item if isinstance(item, str) else _spelled_like(block["text"], item)}


def _reshaped_part(record: dict[str, Any], key: str, change: Change) -> dict[str, Any]:
    part = reshape(record[key], change) if key in record else UNCHANGED
    return record if part is UNCHANGED else {**record, key: part}


def _parsed(text: str) -> Any:
    return _parsed_or_none(text) if text.lstrip().startswith(("[", "{")) else None


def _parsed_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_INDENTED = re.compile(r"\s*[\[{]\n( +)")
_HALF = re.compile("[\ud800-\udfff]")


def _spelled_like(text: str, value: Any) -> str:
    """The value as JSON in the manner of a text: its spaces, its line breaks, its escapes.

    Half a character has no bytes; JSON writers can only escape it.
    """
    indented = _INDENTED.match(text)
    spaced = ": " in text or ", " in text
    separators = (", ", ": ") if spaced else (",", ":")
    if indented:
        separators = (",", ": ")
    spelled = json.dumps(
        value,
        ensure_ascii="\\u" in text,
        indent=len(indented[1]) if indented else None,
        separators=separators,
    )
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", spelled)


def nulled(result: Any, *, as_text: bool) -> Any:
    """The same kind of result with null in it; UNCHANGED where there was nothing more."""
    if _is_in_blocks(result):
        null = {**result, "content": []}
        if result.get("structuredContent") is not None:
            null["structuredContent"] = {"result": None}
        return UNCHANGED if null == result else null
    is_json = isinstance(result, str) and (as_text or _parsed(result) is not None)
    if result is None or (is_json and result == "null"):
        return UNCHANGED
    return "null" if is_json else None


def made_for(call: Call, value: Any) -> Any:
    """A result that no tool gave, in the form in which this call's asker gets results.

    A tool server says it in a block of text and, for a client that was promised data, as data too; what
    only the model traffic tells of is text.
    """
    if call.via.startswith("mcp:"):
        data = value if isinstance(value, dict) else {"result": value}
        blocks = [] if value is None else [{"type": "text", "text": _as_text(value)}]
        return {
            "content": blocks,
            "structuredContent": data,
            "isError": False,
            "resultType": "complete",
        }
    return _as_text(value) if call.purpose == TOLD else value


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


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
