"""Ollama's conversations changed under way: requests with other results, answers without some calls."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects import _edits
from agentprobe.dialects._edits import Edits, Gone, HiddenCall, Round, put_beside, put_in_front
from agentprobe.dialects._fields import BROKEN, present
from agentprobe.dialects._spans import Patches, Span, entries, members, plain_text, whole
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.ollama._answer import response_in
from agentprobe.dialects.ollama._calls import Call, Calls, Pairing, Said
from agentprobe.domain.model import ToolResult


class _Body(Struct, gc=False):
    messages: list[Said] | None = None


_body = msgspec.json.Decoder(_Body).decode
_call = msgspec.json.Decoder(Call).decode


def edited(body: bytes, edits: Edits) -> bytes:
    """The request with these edits; the same object where none of them applies."""
    plain = plain_text(body)
    told = _body(plain).messages
    if told is None:
        return body
    array = members(plain, whole(plain))["messages"].span
    patches, pairing = Patches(plain), Pairing()
    results: list[tuple[str, Span]] = []
    calls: dict[str, Span] = {}
    turns: dict[str, Span] = {}
    texts: list[tuple[str, Span]] = []
    for said, span in zip(told, entries(plain, array), strict=True):
        if said.role == "tool":
            results.append((pairing.answer(said), span))
            continue
        if said.role == "assistant":
            texts.append((said.content or "", span))
        if said.tool_calls:
            naming = Calls()
            wished = [(call, naming.named(call)) for call in said.tool_calls]
            pairing.ask(wished)
            places = entries(plain, members(plain, span)["tool_calls"].span)
            calls |= {named.id: place for (_, named), place in zip(wished, places, strict=True)}
            turns |= {named.id: span for _, named in wished}
    for name, span in results:
        if name in edits.results:
            _rewrite(plain, span, edits.results[name], patches)
    put_beside(patches, edits.calls, calls, lambda call, _: call.said)
    put_beside(patches, edits.calls, dict(results), lambda call, _: _told(call))
    put_in_front(patches, edits.turns, turns, texts, lambda turn, _: _entries(turn))
    if edits.more:
        patches.append(array, [entry for turn in edits.more for entry in _entries(turn)])
    return patches.applied() if patches else body


def _rewrite(text: bytes, span: Span, result: ToolResult, patches: Patches) -> None:
    message = members(text, span)
    if "content" in message:
        patches.replace(message["content"].span, to_json(result.content))
    else:
        patches.begin(span, b'"content":' + to_json(result.content))


def _told(call: HiddenCall) -> bytes:
    return _result(call.said, call.result)


def _result(said: bytes, result: ToolResult) -> bytes:
    """A message that tells a result; with an id only where its call has one on the wire."""
    call = _call(said)
    named = present(tool_name=call.function.name or None, tool_call_id=call.id)
    return to_json({"role": "tool", "content": result.content, **named})


def _entries(turn: Round) -> list[bytes]:
    pairs = zip(turn.said.calls, turn.results, strict=True)
    return [*turn.said.entries, *(_result(said, result) for said, result in pairs)]


# -- answers -------------------------------------------------------------------------------------


def thinned(body: bytes, gone: Gone) -> bytes:
    """The answer without these calls; the same object where there are none."""
    return _thin(body, Calls(), gone)


def _thin(body: bytes, calls: Calls, gone: Gone) -> bytes:
    wished = response_in(body).said.tool_calls or ()
    out = [gone(calls.named(call)) for call in wished]
    if not any(out):
        return body
    patches = Patches(body)
    message = members(body, members(body, whole(body))["message"].span)
    array = message["tool_calls"].span
    kept = [span for span, goes in zip(entries(body, array), out, strict=True) if not goes]
    if kept:
        patches.keep(array, kept)
    else:
        patches.drop(message, "tool_calls")
    return patches.applied()


def thinned_frames(frames: list[bytes], gone: Gone) -> list[bytes]:
    """The stream without these calls; the same object where there are none."""
    calls = Calls()
    left = [thin for frame in frames if (thin := _left(frame, calls, gone)) is not None]
    return frames if left == frames else left


def _left(frame: bytes, calls: Calls, gone: Gone) -> bytes | None:
    """What is left of a line; None of one that told of nothing else."""
    line = frame.strip()
    try:
        thin = _thin(line, calls, gone)
        if thin is line:
            return frame
        told = response_in(thin)
    except BROKEN:
        return frame
    silent = not (told.done or told.said.content or told.said.thinking or told.said.tool_calls)
    return None if silent else frame.replace(line, thin)


def said(body: bytes) -> _edits.Said:
    """The answer as a message of a request."""
    return _joined([body])


def said_in(frames: list[bytes]) -> _edits.Said:
    """The same for a streamed answer."""
    return _joined(frame.strip() for frame in frames if frame.strip())


def _joined(bodies: Iterable[bytes]) -> _edits.Said:
    content, thinking, calls = "", "", list[bytes]()
    for body in bodies:
        told = response_in(body).said
        content, thinking = content + (told.content or ""), thinking + (told.thinking or "")
        if told.tool_calls:
            message = members(body, members(body, whole(body))["message"].span)
            calls += [body[start:end] for start, end in entries(body, message["tool_calls"].span)]
    told_calls = [Raw(call) for call in calls]
    message_said = present(
        role="assistant", content=content, thinking=thinking or None, tool_calls=told_calls or None
    )
    return _edits.Said(entries=(to_json(message_said),), calls=tuple(calls))
