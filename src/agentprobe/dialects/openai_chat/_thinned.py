"""Chat answers with some of their tool calls taken out, whole or streamed, and what is said of them later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Raw

from agentprobe.dialects import _sse
from agentprobe.dialects._edits import Gone, Said
from agentprobe.dialects._fields import decoded, present
from agentprobe.dialects._spans import Member, Patches, Span, entries, members, whole
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.openai_chat._answer import calls_of, completion_in
from agentprobe.dialects.openai_chat._stream import DONE
from agentprobe.domain.model import ToolCall

OLDER = -1
"""The number of a call in the form that came before tool calls; there is at most one."""
_FOR_CALLS = (b'"tool_calls"', b'"function_call"')
_NOTHING = (b"null", b"[]", b'""')

# -- whole ---------------------------------------------------------------------------------------


def thinned(body: bytes, gone: Gone) -> bytes:
    """The answer without these calls; the same object where there are none."""
    choices = completion_in(body).choices or []
    if not any(gone(call) for choice in choices for call in calls_of(choice.message)):
        return body
    patches = Patches(body)
    array = entries(body, members(body, whole(body))["choices"].span)
    for choice, span in zip(choices, array, strict=True):
        _thin_choice(body, span, [gone(call) for call in calls_of(choice.message)], patches)
    return patches.applied()


def _thin_choice(body: bytes, span: Span, gone: list[bool], patches: Patches) -> None:
    if not any(gone):
        return
    choice = members(body, span)
    message = members(body, choice["message"].span)
    wished = entries(body, message["tool_calls"].span) if _says(body, message.get("tool_calls")) else []
    kept = [place for place, out in zip(wished, gone[: len(wished)], strict=True) if not out]
    if kept:
        patches.keep(message["tool_calls"].span, kept)
    elif wished:
        patches.drop(message, "tool_calls")
    if gone[len(wished) :] == [True]:
        patches.replace(message["function_call"].span, b"null")
    if all(gone):
        _stop(body, choice, patches)


def _says(body: bytes, member: Member | None) -> bool:
    return member is not None and body[member.start : member.end] not in _NOTHING


def _stop(body: bytes, choice: Mapping[str, Member], patches: Patches) -> None:
    """Of an answer that has no calls left: the model has stopped by itself."""
    finish = choice.get("finish_reason")
    if finish is not None and body[finish.start : finish.end] in _FOR_CALLS:
        patches.replace(finish.span, b'"stop"')


def said(body: bytes) -> Said:
    """The first choice as a message of a request: what it says, what it asks for, what it thought."""
    choice = entries(body, members(body, whole(body))["choices"].span)[0]
    message = members(body, members(body, choice)["message"].span)
    fields = {
        name: Raw(body[message[name].start : message[name].end])
        for name in ("content", "tool_calls", "function_call", "reasoning_content")
        if _says(body, message.get(name))
    }
    wished = entries(body, message["tool_calls"].span) if "tool_calls" in fields else []
    told = to_json({"role": "assistant", "content": None, **fields})
    return Said(entries=(told,), calls=tuple([body[start:end] for start, end in wished]))


# -- streamed ------------------------------------------------------------------------------------


class Streamed:
    """The calls of a streamed answer, put together from their fragments: by choice, and by number in it."""

    def __init__(self, frames: Iterable[bytes]) -> None:
        self.calls: dict[tuple[int, int], dict[str, Any]] = {}
        self.text = ""
        self.reasoning = ""
        for frame in frames:
            _, data = _sse.told(frame)
            if data is not None and not data.startswith(DONE):
                self._take(decoded(Raw(data)))

    def _take(self, chunk: Any) -> None:
        for choice in (chunk.get("choices") if isinstance(chunk, dict) else None) or ():
            at, delta = choice.get("index") or 0, choice.get("delta") or {}
            if at == 0:
                self.text += delta.get("content") or ""
                self.reasoning += delta.get("reasoning_content") or ""
            for fragment in delta.get("tool_calls") or ():
                _merge(self.calls.setdefault((at, self.number(at, fragment)), {}), fragment)
            if delta.get("function_call"):
                older = self.calls.setdefault((at, OLDER), {"id": "", "function": {}})
                _merge(older, {"function": delta["function_call"]})

    def number(self, at: int, fragment: Mapping[str, Any]) -> int:
        """Which call of a choice a fragment belongs to; servers that do not number begin one with each id."""
        index = fragment.get("index")
        if index is not None:
            return int(index)
        known = [number for choice, number in self.calls if choice == at and number != OLDER]
        same = [n for n in known if fragment.get("id") and self.calls[at, n].get("id") == fragment["id"]]
        if same:
            return same[0]
        return len(known) if fragment.get("id") or not known else known[-1]

    def neutral(self, key: tuple[int, int]) -> ToolCall:
        """A call in our words."""
        call = self.calls[key]
        made = call.get("function") or call.get("custom") or {}
        arguments = made.get("arguments") or made.get("input") or ""
        return ToolCall(id=call.get("id") or "", name=made.get("name") or "", arguments=arguments)


def _merge(call: dict[str, Any], fragment: Mapping[str, Any]) -> None:
    for name, value in fragment.items():
        if isinstance(value, dict):
            inner = call.setdefault(name, {})
            _merge(inner, value)
        elif name in ("arguments", "input"):
            call[name] = call.get(name, "") + (value or "")
        elif name != "index" and call.get(name) is None:
            call[name] = value


def said_in(frames: list[bytes]) -> Said:
    """The same for a streamed answer."""
    told = Streamed(frames)
    calls = [to_json(call) for (at, number), call in told.calls.items() if at == 0 and number != OLDER]
    older = told.calls.get((0, OLDER))
    fields = present(
        tool_calls=[Raw(call) for call in calls] or None,
        function_call=older["function"] if older is not None else None,
        reasoning_content=told.reasoning or None,
    )
    message = to_json({"role": "assistant", "content": told.text or None, **fields})
    return Said(entries=(message,), calls=tuple(calls))


def thinned_frames(frames: list[bytes], gone: Gone) -> list[bytes]:
    """The stream without the events of these calls; the same object where there are none."""
    told = Streamed(frames)
    out = {key for key in told.calls if gone(told.neutral(key))}
    if not out:
        return frames
    thinning = _Thinning(told, out)
    return [left for frame in frames if (left := thinning.frame(frame)) is not None]


class _Thinning:
    """One stream on its way through: which of its calls go, and what number the others get."""

    def __init__(self, told: Streamed, out: set[tuple[int, int]]) -> None:
        self._told = Streamed(())
        self._out = out
        self._new: dict[tuple[int, int], int] = {}
        for at, number in told.calls:
            if (at, number) not in out and number != OLDER:
                self._new[at, number] = sum(choice == at for choice, _ in self._new)
        self._silent = {at for at, _ in out} - {at for at, number in told.calls if (at, number) not in out}
        """The choices that have no call left."""

    def frame(self, frame: bytes) -> bytes | None:
        """What is left of a frame; None when it told of nothing else."""
        event, data = _sse.told(frame)
        if data is None or data.startswith(DONE):
            return frame
        patches = Patches(data)
        fields = members(data, whole(data))
        choices = entries(data, fields["choices"].span) if _says(data, fields.get("choices")) else []
        empty = [self._choice(data, span, patches) for span in choices]
        if not patches:
            return frame
        if all(empty) and not _says(data, fields.get("usage")):
            return None
        return _sse.written(patches.applied(), event)

    def _choice(self, data: bytes, span: Span, patches: Patches) -> bool:
        """Thin one choice; says whether nothing is left of it."""
        choice = members(data, span)
        at = int(decoded(_raw(data, choice["index"]))) if "index" in choice else 0
        delta = members(data, choice["delta"].span) if _says(data, choice.get("delta")) else {}
        dropped = self._calls(data, at, delta, patches) | self._older(data, at, delta, patches)
        if at in self._silent:
            _stop(data, choice, patches)
        others = [name for name, member in delta.items() if name not in dropped and _says(data, member)]
        return bool(dropped) and not others and not _says(data, choice.get("finish_reason"))

    def _calls(self, data: bytes, at: int, delta: dict[str, Member], patches: Patches) -> set[str]:
        if not _says(data, delta.get("tool_calls")):
            return set()
        came = entries(data, delta["tool_calls"].span)
        kept = [fragment for place in came if (fragment := self._fragment(data, at, place)) is not None]
        if not kept:
            patches.drop(delta, "tool_calls")
            return {"tool_calls"}
        if kept != [data[start:end] for start, end in came]:
            patches.replace(delta["tool_calls"].span, b"[%b]" % b",".join(kept))
        return set()

    def _fragment(self, data: bytes, at: int, place: Span) -> bytes | None:
        """A fragment under its call's new number; None when its call goes."""
        fragment = decoded(Raw(data[place.start : place.end]))
        number = self._told.number(at, fragment)
        _merge(self._told.calls.setdefault((at, number), {}), fragment)
        return None if (at, number) in self._out else _numbered(data, place, self._new[at, number])

    def _older(self, data: bytes, at: int, delta: dict[str, Member], patches: Patches) -> set[str]:
        if (at, OLDER) not in self._out or not _says(data, delta.get("function_call")):
            return set()
        patches.replace(delta["function_call"].span, b"null")
        return {"function_call"}


def _numbered(data: bytes, place: Span, number: int) -> bytes:
    """A fragment under its call's new number."""
    fields = members(data, place)
    index = fields.get("index")
    fragment = data[place.start : place.end]
    if index is None or data[index.start : index.end] in (b"null", b"%d" % number):
        return fragment
    start, end = index.start - place.start, index.end - place.start
    return fragment[:start] + b"%d" % number + fragment[end:]


def _raw(data: bytes, member: Member) -> Raw:
    return Raw(data[member.start : member.end])
