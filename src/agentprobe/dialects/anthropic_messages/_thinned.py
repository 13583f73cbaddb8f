"""Messages with some of their tool calls taken out, whole or streamed, and what is said of them later."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects import _sse
from agentprobe.dialects._edits import Gone, Said
from agentprobe.dialects._fields import decoded
from agentprobe.dialects._spans import Member, Patches, entries, members, whole
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.anthropic_messages._request import arguments_of, as_object
from agentprobe.domain.model import ToolCall

_FOR_CALLS = b'"tool_use"'
_EMPTY = (b"{}", b"null", b'""')


class _Block(Struct, gc=False):
    type: str = ""
    id: str = ""
    name: str = ""
    input: Raw = Raw(b"{}")


class _Answer(Struct, gc=False):
    content: list[_Block] | None = None


class _Event(Struct, gc=False):
    type: str = ""
    index: int = 0
    content_block: Raw = Raw(b"null")
    delta: Raw = Raw(b"null")


_answer = msgspec.json.Decoder(_Answer).decode
_event = msgspec.json.Decoder(_Event).decode

# -- whole ---------------------------------------------------------------------------------------


def thinned(body: bytes, gone: Gone) -> bytes:
    """The answer without these calls; the same object where there are none."""
    blocks = _answer(body).content or []
    out = [block.type == "tool_use" and gone(_neutral(block)) for block in blocks]
    if not any(out):
        return body
    fields, patches = members(body, whole(body)), Patches(body)
    array = fields["content"].span
    kept = [span for span, goes in zip(entries(body, array), out, strict=True) if not goes]
    patches.keep(array, kept)
    if not any(b.type == "tool_use" and not goes for b, goes in zip(blocks, out, strict=True)):
        _stop(body, fields, patches)
    return patches.applied()


def _neutral(block: _Block) -> ToolCall:
    return ToolCall(id=block.id, name=block.name, arguments=arguments_of(block.input))


def _stop(text: bytes, fields: dict[str, Member], patches: Patches) -> None:
    """Of an answer that has no calls left: the model has stopped by itself."""
    reason = fields.get("stop_reason")
    if reason is not None and text[reason.start : reason.end] == _FOR_CALLS:
        patches.replace(reason.span, b'"end_turn"')


def said(body: bytes) -> Said:
    """The answer as a message of a request, block by block as they came."""
    blocks = _answer(body).content or []
    array = members(body, whole(body))["content"].span
    texts = [body[start:end] for start, end in entries(body, array)]
    calls = [text for block, text in zip(blocks, texts, strict=True) if block.type == "tool_use"]
    return Said(entries=(_message(texts),), calls=tuple(calls))


def _message(blocks: Iterable[bytes]) -> bytes:
    told = [Raw(block) for block in blocks if not _is_empty_text(block)]
    return to_json({"role": "assistant", "content": told})


def _is_empty_text(block: bytes) -> bool:
    """The provider refuses in a request what it may put into an answer: a text that is empty."""
    told = decoded(Raw(block))
    return told.get("type") == "text" and not told.get("text")


# -- streamed ------------------------------------------------------------------------------------


def _events(frames: Iterable[bytes]) -> Iterable[_Event]:
    for frame in frames:
        _, data = _sse.told(frame)
        if data is not None:
            yield _event(data)


def _blocks(frames: Iterable[bytes]) -> dict[int, dict[str, Any]]:
    """The blocks of a streamed answer, put together from their fragments."""
    blocks: dict[int, dict[str, Any]] = {}
    for event in _events(frames):
        if event.type == "content_block_start":
            blocks[event.index] = {**decoded(event.content_block), "": ""}
        elif event.type == "content_block_delta" and event.index in blocks:
            delta = decoded(event.delta)
            add = _ADD.get(delta.get("type"))
            if add is not None:
                add(blocks[event.index], delta)
    return {index: _whole(block) for index, block in blocks.items()}


def _add_text(field: str) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def add(block: dict[str, Any], delta: dict[str, Any]) -> None:
        block[field] = (block.get(field) or "") + (delta.get(field) or "")

    return add


def _add_json(block: dict[str, Any], delta: dict[str, Any]) -> None:
    block[""] += delta.get("partial_json") or ""


def _add_citation(block: dict[str, Any], delta: dict[str, Any]) -> None:
    block["citations"] = [*(block.get("citations") or ()), delta.get("citation")]


_ADD: dict[Any, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "text_delta": _add_text("text"),
    "thinking_delta": _add_text("thinking"),
    "signature_delta": _add_text("signature"),
    "input_json_delta": _add_json,
    "citations_delta": _add_citation,
}


def _whole(block: dict[str, Any]) -> dict[str, Any]:
    """A block without what was kept beside it: the fragments of its input."""
    fragments = block.pop("")
    return {**block, "input": as_object(fragments)} if fragments else block


def _call(block: dict[str, Any]) -> ToolCall:
    return ToolCall(
        id=block.get("id") or "",
        name=block.get("name") or "",
        arguments=arguments_of(Raw(to_json(block.get("input") or {}))),
    )


def said_in(frames: list[bytes]) -> Said:
    """The same for a streamed answer."""
    blocks = [block for _, block in sorted(_blocks(frames).items(), key=lambda item: item[0])]
    texts = [to_json(block) for block in blocks]
    calls = [text for block, text in zip(blocks, texts, strict=True) if block.get("type") == "tool_use"]
    return Said(entries=(_message(texts),), calls=tuple(calls))


def thinned_frames(frames: list[bytes], gone: Gone) -> list[bytes]:
    """The stream without the events of these calls; the same object where there are none."""
    blocks = _blocks(frames)
    calls = {index for index, block in blocks.items() if block.get("type") == "tool_use"}
    out = {index for index in calls if gone(_call(blocks[index]))}
    if not out:
        return frames
    new = {old: place for place, old in enumerate(sorted(set(blocks) - out))}
    left = [_left(frame, out, new, silent=calls == out) for frame in frames]
    return [frame for frame in left if frame is not None]


def _left(frame: bytes, out: set[int], new: dict[int, int], *, silent: bool) -> bytes | None:
    """What is left of a frame; None when it told of a call that goes."""
    name, data = _sse.told(frame)
    if data is None:
        return frame
    event, patches = _event(data), Patches(data)
    fields = members(data, whole(data))
    if event.type.startswith("content_block_"):
        if event.index in out:
            return None
        if new.get(event.index, event.index) != event.index:
            patches.replace(fields["index"].span, b"%d" % new[event.index])
    elif event.type == "message_delta" and silent:
        _stop(data, members(data, fields["delta"].span), patches)
    return _sse.written(patches.applied(), name) if patches else frame
