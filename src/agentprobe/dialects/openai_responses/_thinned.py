"""Responses with some of their tool calls taken out, whole or streamed, and what is said of them later."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects import _sse
from agentprobe.dialects._edits import Gone, Said
from agentprobe.dialects._fields import decoded
from agentprobe.dialects._spans import Member, Patches, Span, entries, members, whole
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.openai_responses._answer import Item
from agentprobe.domain.model import ToolCall


class _Output(Struct, gc=False):
    output: list[Item] | None = None


class _Event(Struct, gc=False):
    type: str = ""
    output_index: int | None = None
    item: Raw = Raw(b"null")
    delta: Raw = Raw(b"null")
    response: Raw = Raw(b"null")


_output = msgspec.json.Decoder(_Output).decode
_event = msgspec.json.Decoder(_Event).decode
_one_item = msgspec.json.Decoder(Item).decode
_GROWTH = {
    "response.function_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
}


def _neutral(item: Item) -> ToolCall:
    return ToolCall(id=item.call_id or "", name=item.called, arguments=item.given)


# -- whole ---------------------------------------------------------------------------------------


def thinned(body: bytes, gone: Gone) -> bytes:
    """The answer without these calls; the same object where there are none."""
    patches = Patches(body)
    _thin(body, whole(body), gone, patches)
    return patches.applied()


def _thin(text: bytes, span: Span, gone: Gone, patches: Patches) -> None:
    items = _output(text[span.start : span.end]).output or []
    out = [item.is_call and gone(_neutral(item)) for item in items]
    if any(out):
        array = members(text, span)["output"].span
        kept = [place for place, goes in zip(entries(text, array), out, strict=True) if not goes]
        patches.keep(array, kept)


def said(body: bytes) -> Said:
    """The answer as items of a request, as they came."""
    items = _output(body).output or []
    array = members(body, whole(body))["output"].span
    return _told([(item.type, body[s:e]) for item, (s, e) in zip(items, entries(body, array), strict=True)])


def _told(items: list[tuple[str, bytes]]) -> Said:
    calls = tuple([text for _, text in items if _one_item(text).is_call])
    return Said(entries=tuple([text for _, text in items]), calls=calls)


# -- streamed ------------------------------------------------------------------------------------


class _Streamed:
    """The items of a streamed response: as they ended, or as far as they came."""

    def __init__(self, frames: list[bytes]) -> None:
        self.items: dict[int, bytes] = {}
        growing: dict[int, dict[str, Any]] = {}
        for frame in frames:
            _, data = _sse.told(frame)
            event = _event(data) if data is not None and data.startswith(b"{") else _Event()
            if event.output_index is None:
                continue
            if event.type == "response.output_item.added":
                growing[event.output_index] = decoded(event.item)
            elif event.type == "response.output_item.done":
                self.items[event.output_index] = bytes(event.item)
            elif event.type in _GROWTH and event.output_index in growing:
                item, field = growing[event.output_index], _GROWTH[event.type]
                item[field] = (item.get(field) or "") + decoded(event.delta)
        for index, item in growing.items():
            self.items.setdefault(index, to_json(item))

    def kinds(self) -> list[tuple[str, bytes]]:
        """Each item with its kind, in order."""
        return [(_one_item(item).type, item) for _, item in sorted(self.items.items())]


def said_in(frames: list[bytes]) -> Said:
    """The same for a streamed answer."""
    return _told(_Streamed(frames).kinds())


def thinned_frames(frames: list[bytes], gone: Gone) -> list[bytes]:
    """The stream without the events of these calls; the same object where there are none."""
    items = {index: _one_item(item) for index, item in _Streamed(frames).items.items()}
    out = {index for index, item in items.items() if item.is_call and gone(_neutral(item))}
    if not out:
        return frames
    new = {old: place for place, old in enumerate(sorted(set(items) - out))}
    left = [_left(frame, out, new, gone) for frame in frames]
    return [frame for frame in left if frame is not None]


def _left(frame: bytes, out: set[int], new: dict[int, int], gone: Gone) -> bytes | None:
    """What is left of a frame; None when it told of a call that goes. Events keep their own numbers."""
    name, data = _sse.told(frame)
    if data is None or not data.startswith(b"{"):
        return frame
    event, patches = _event(data), Patches(data)
    fields = members(data, whole(data))
    if event.output_index in out:
        return None
    if (
        event.output_index is not None
        and new.get(event.output_index, event.output_index) != event.output_index
    ):
        patches.replace(fields["output_index"].span, b"%d" % new[event.output_index])
    if bytes(event.response).startswith(b"{"):
        _thin(data, _span(fields, "response"), gone, patches)
    return _sse.written(patches.applied(), name) if patches else frame


def _span(fields: dict[str, Member], name: str) -> Span:
    return fields[name].span
