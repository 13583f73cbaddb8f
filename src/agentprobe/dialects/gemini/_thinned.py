"""Gemini's answers with some of their calls taken out, whole or streamed, and what is said of them later."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._edits import Gone, Said
from agentprobe.dialects._fields import BROKEN, decoded
from agentprobe.dialects._spans import Patches, entries, members, whole
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.gemini._answer import Response, response_in
from agentprobe.dialects.gemini._partial import Partial
from agentprobe.dialects.gemini._parts import Calls, Function, Part
from agentprobe.dialects.gemini._stream import json_in


class _Content(Struct, gc=False):
    parts: list[Raw] | None = None


class _Candidate(Struct, gc=False):
    index: int = 0
    content: _Content | None = None


class _Body(Struct, gc=False):
    candidates: list[Raw] | None = None


_body = msgspec.json.Decoder(_Body).decode
_candidate = msgspec.json.Decoder(_Candidate).decode
_part = msgspec.json.Decoder(Part).decode


class _Taking:
    """Decides part by part what goes; pieces of one streamed call go or stay together."""

    def __init__(self, gone: Gone, pieces: Iterable[Function] = ()) -> None:
        self._gone = gone
        self._calls: dict[int, Calls] = {}
        self._streamed = list(_wholes(pieces))
        self._inside = False

    def goes(self, call: Function, candidate: int) -> bool:
        """Is this part, or the call that it is a piece of, to be taken out?"""
        calls = self._calls.setdefault(candidate, Calls())
        if self._inside or call.willContinue or call.partialArgs:
            self._inside = bool(call.willContinue)
            whole = self._streamed[0] if self._inside else self._streamed.pop(0)
            return self._gone(Calls().named(whole))
        return self._gone(calls.named(call))


def _wholes(pieces: Iterable[Function]) -> Iterable[Function]:
    """The calls that were streamed argument by argument."""
    partial: Partial | None = None
    for piece in pieces:
        if partial is None and not piece.willContinue and not piece.partialArgs:
            continue
        partial = partial or Partial()
        partial.take(piece)
        if not piece.willContinue:
            yield partial.whole()
            partial = None
    if partial is not None:
        yield partial.whole()


def thinned(body: bytes, gone: Gone) -> bytes:
    """The answer without these calls; the same object where there are none."""
    return _thin(body, response_in(body), _Taking(gone))


def _thin(body: bytes, told: Response, taking: _Taking) -> bytes:
    patches = Patches(body)
    if not any(_calls_of(told)):
        return body
    spans = entries(body, members(body, whole(body))["candidates"].span)
    for candidate, span in zip(told.candidates or (), spans, strict=True):
        parts = (candidate.content.parts or []) if candidate.content is not None else []
        out = [part.call is not None and taking.goes(part.call, candidate.index) for part in parts]
        if any(out):
            content = members(body, members(body, span)["content"].span)
            array = content["parts"].span
            kept = [one for one, goes in zip(entries(body, array), out, strict=True) if not goes]
            patches.keep(array, kept)
    return patches.applied()


def _calls_of(told: Response) -> Iterable[Function]:
    for candidate in told.candidates or ():
        for part in (candidate.content.parts or ()) if candidate.content is not None else ():
            if part.call is not None:
                yield part.call


def said(body: bytes) -> Said:
    """The answer as a content of a request, part by part as they came."""
    return _said([body])


def _said(bodies: Iterable[bytes]) -> Said:
    texts = list(_joined(part for body in bodies for part in _parts(body)))
    calls = tuple(text for text in texts if _part(text).call is not None)
    return Said(entries=(to_json({"role": "model", "parts": list(map(Raw, texts))}),), calls=calls)


def _parts(body: bytes) -> Iterable[bytes]:
    """The parts of the first candidate, as they came."""
    for raw in _body(body).candidates or ():
        candidate = _candidate(raw)
        if not candidate.index and candidate.content is not None:
            yield from map(bytes, candidate.content.parts or ())


def _joined(parts: Iterable[bytes]) -> Iterable[bytes]:
    """The parts with pieces of one text, and of one call, put together; empty texts are left out."""
    text, partial = "", None
    for raw in parts:
        told = decoded(raw)
        if isinstance(told, dict) and told.keys() == {"text"}:
            text += told["text"] or ""
            continue
        if text:
            yield to_json({"text": text})
            text = ""
        call = _part(raw).call
        if call is not None and (partial or call.willContinue or call.partialArgs):
            partial = partial or Partial()
            partial.take(call)
            if not call.willContinue:
                yield _written(partial.whole())
                partial = None
        else:
            yield raw
    if text:
        yield to_json({"text": text})


def _written(call: Function) -> bytes:
    named = {"id": call.id} if call.id else {}
    return to_json({"functionCall": {**named, "name": call.name, "args": call.args}})


# -- streamed ------------------------------------------------------------------------------------


def thinned_frames(frames: list[bytes], gone: Gone) -> list[bytes]:
    """The stream without the parts of these calls; the same object where there are none."""
    pieces = [call for _, told in _told(frames) for call in _calls_of(told)]
    taking = _Taking(gone, pieces)
    left = [thin for frame in frames if (thin := _left(frame, taking)) is not None]
    return frames if left == frames else left


def _told(frames: Iterable[bytes]) -> Iterable[tuple[bytes, Response]]:
    for frame in frames:
        data = json_in(frame)
        if data is not None:
            try:
                yield data, response_in(data)
            except BROKEN:
                continue


def _left(frame: bytes, taking: _Taking) -> bytes | None:
    """What is left of a frame; None of an event that told of nothing else."""
    for data, told in _told([frame]):
        thin = _thin(data, told, taking)
        if thin is not data:
            silent = frame.startswith(b"data:") and _is_silent(response_in(thin))
            return None if silent else frame.replace(data, thin)
    return frame


def _is_silent(told: Response) -> bool:
    says = any(one.finishReason or (one.content and one.content.parts) for one in told.candidates or ())
    return not says and told.usageMetadata is None and told.promptFeedback is None


def said_in(frames: list[bytes]) -> Said:
    """The same for a streamed answer."""
    return _said(data for data, _ in _told(frames))
