"""Requests for a response with results rewritten and hidden calls put back; all else stays as it came.

A request that names an earlier response holds only what is new. A hidden call is then known to the provider
already, and only its result is told, beside those of its turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._edits import Edits, HiddenCall, Round, put_beside, put_in_front
from agentprobe.dialects._fields import decoded, text_in
from agentprobe.dialects._openai import free_choice
from agentprobe.dialects._spans import Member, Patches, Span, entries, members, plain_text, whole
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.openai_responses._own_tools import (
    CALLS,
    LOCAL_SHELL,
    is_ours,
    output_of,
    result_item,
)
from agentprobe.domain.model import ToolResult

_RESULTS = {f"{call}_output": call for call in CALLS}


class _Item(Struct, gc=False):
    type: str | None = None
    role: str | None = None
    id: str | None = None
    call_id: str | None = None
    encrypted_content: str | None = None
    content: Raw = Raw(b"null")
    environment: Any = None

    @property
    def answers(self) -> str:
        """The id of the call that a result belongs to."""
        return self.call_id or (self.id or "" if self.type == f"{LOCAL_SHELL}_output" else "")

    @property
    def is_assistants(self) -> bool:
        if self.type in (None, "message"):
            return self.role == "assistant"
        return not (self.type or "").endswith("_output")


class _Body(Struct, gc=False):
    input: Raw = Raw(b"null")
    store: bool | None = None
    conversation: Any = None


_body = msgspec.json.Decoder(_Body).decode
_items = msgspec.json.Decoder(list[_Item]).decode
_item = msgspec.json.Decoder(_Item).decode


def edited(body: bytes, edits: Edits) -> bytes:
    """The request with these edits; the same object where none of them applies."""
    plain = plain_text(body)
    told = _body(plain)
    given = bytes(told.input)
    is_list = given.startswith(b"[")
    if not edits.more and not is_list:
        return body
    items = _items(given) if is_list else []
    if not edits.more and not any(_concerned(item) for item in items):
        return body
    fields, patches = members(plain, whole(plain)), Patches(plain)
    if is_list:
        _edit(plain, fields["input"].span, items, edits, patches, store=told.store is not False)
    if edits.more:
        _add(plain, fields, told, edits.more, patches)
        free_choice(plain, fields, patches)
    return patches.applied() if patches else body


def _concerned(item: _Item) -> bool:
    return item.type in _RESULTS or item.is_assistants


def _edit(
    text: bytes, array: Span, items: list[_Item], edits: Edits, patches: Patches, *, store: bool
) -> None:
    spans = entries(text, array)
    placed = list(zip(items, spans, strict=True))
    results = [(item.answers, span) for item, span in placed if item.type in _RESULTS]
    for name, span in results:
        if name in edits.results:
            _rewrite(text, span, edits.results[name], patches)
    calls = {item.call_id or "": span for item, span in placed if is_ours(item.type, item.environment)}
    named = {span for item, span in placed if item.id is not None}
    if edits.turns:  # first, since a hidden call may be put at the very place where a hidden turn ends
        starts = dict(_starts(items, spans))
        by_call = {name: starts[span] for name, span in calls.items()}
        texts = [(text_in(decoded(i.content)), starts[s]) for i, s in placed if i.role == "assistant"]
        write = partial(_written, named=named, store=store)
        put_in_front(patches, edits.turns, by_call, texts, write)
    put_beside(patches, edits.calls, calls, lambda call, near: _said(call, named=near in named))
    put_beside(patches, edits.calls, dict(results), lambda call, _: _told(call.said, call.result))


def _rewrite(text: bytes, span: Span, result: ToolResult, patches: Patches) -> None:
    """Put another result in the place of one."""
    fields = members(text, span)
    written = to_json(output_of(_item(text[span.start : span.end]).type, result.content))
    if "output" in fields:
        patches.replace(fields["output"].span, written)
    else:
        patches.begin(span, b'"output":' + written)


def _starts(items: list[_Item], spans: list[Span]) -> Iterator[tuple[Span, Span]]:
    """Where the turn of the assistant begins in which an item stands."""
    start: Span | None = None
    for item, span in zip(items, spans, strict=True):
        start = (start or span) if item.is_assistants else None
        yield span, start or span


def _said(call: HiddenCall, *, named: bool) -> bytes:
    """A hidden call as an item, with an id where the items beside it have one."""
    return call.said if named else _nameless(call.said)


def _nameless(item: bytes) -> bytes:
    """An item without its id; a message has then another form."""
    said = _item(item)
    if said.type == "message":
        return to_json({"role": said.role, "content": text_in(decoded(said.content))})
    fields, patches = members(item, whole(item)), Patches(item)
    if "id" in fields:
        patches.drop(fields, "id")
    return patches.applied()


def _told(said: bytes, result: ToolResult) -> bytes:
    return result_item(_item(said).type or "function_call", result.call_id, result.content)


def _written(turn: Round, near: Span, *, named: set[Span], store: bool) -> Iterator[bytes]:
    """A hidden turn in front of an item: in the manner of that one, with ids or without."""
    for entry in _usable(turn.said.entries, store=store):
        if near in named:
            yield entry
        elif _item(entry).type != "reasoning":  # reasoning without its id is refused
            yield _nameless(entry)
    yield from _results(turn)


def _usable(said: Iterable[bytes], *, store: bool) -> Iterator[bytes]:
    """The items that may be sent back: reasoning that is kept nowhere and not in the item is lost."""
    for entry in said:
        item = _item(entry)
        if store or item.type != "reasoning" or item.encrypted_content is not None:
            yield entry


def _results(turn: Round) -> Iterator[bytes]:
    for call, result in zip(turn.said.calls, turn.results, strict=True):
        yield _told(call, result)


def _add(
    text: bytes, fields: dict[str, Member], told: _Body, more: tuple[Round, ...], patches: Patches
) -> None:
    """Tell what has happened since the agent asked; a conversation knows all but the last results."""
    given = fields.get("input")
    if told.conversation is not None:
        new = list(_results(more[-1]))
        if given is not None:
            patches.replace(given.span, b"[%b]" % b",".join(new))
        return
    new = [
        entry
        for turn in more
        for entry in (*_usable(turn.said.entries, store=told.store is not False), *_results(turn))
    ]
    if given is None or bytes(told.input) == b"null":
        place = b'"input":[%b]' % b",".join(new)
        patches.begin(whole(text), place) if given is None else patches.replace(given.span, place[8:])
    elif bytes(told.input).startswith(b"["):
        patches.append(given.span, new)
    else:
        asked = to_json({"role": "user", "content": told.input})
        patches.replace(given.span, b"[%b]" % b",".join([asked, *new]))
