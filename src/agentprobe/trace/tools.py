"""Tool calls, whichever way they were seen: recorded in the process, or read out of the model traffic."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from agentprobe.basis.canonical import canonical
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import TOLD
from agentprobe.domain.model import ToolCall, ToolResult
from agentprobe.trace.attempts import LogicalCall
from agentprobe.trace.pair import TracedCall

PROCESS, WIRE = "process", "wire"


@dataclass(frozen=True, kw_only=True)
class ToolUse:
    """One tool call of a run."""

    name: str
    arguments: Any
    """A mapping, or the model's own text where that is no JSON."""
    result: Any = None
    """What the tool gave, or what the model was told it gave; None when nothing was seen."""
    error: str = ""
    """What went wrong, as far as it was seen."""
    seen: str
    """`process` when the tool itself was recorded, `wire` when only the model traffic tells of it."""
    call: TracedCall | None = None
    """The record of a tool that was seen in the process."""
    asked_by: TracedCall | None = None
    """The model call in whose answer it was asked for."""
    ref: str = ""
    """The provider's id of the tool call."""
    answered: bool = False
    """Was a result seen?"""

    @property
    def dispatched(self) -> int:
        """Its place among all records of the file; of one seen on the wire, that of the model's wish."""
        if self.call is not None and self.seen == PROCESS:
            return self.call.dispatched
        return (self.asked_by.completed or 0) if self.asked_by is not None else 0


def tool_uses(recorded: Iterable[TracedCall], models: Sequence[LogicalCall]) -> tuple[ToolUse, ...]:
    """All tool calls in order, each once: what the process recorded, completed by what the wire tells.

    The two are matched by the provider's id where the process knew it, else by name and arguments; where a
    framework has changed the arguments, by name and time.
    """
    wished = _wished(models)
    uses, left = [], list(recorded)
    refs = {wish.use.ref for wish in wished}
    for match in (_same_ref, _same_arguments, _same_time):
        rest = []
        for wish in wished:
            found = next((c for c in left if match(wish, c) and not _is_anothers(wish, c, refs)), None)
            if found is None:
                rest.append(wish)
            else:
                left.remove(found)
                uses.append(_merged(wish.use, found))
        wished = rest
    uses += [_recorded(call) for call in left]
    uses += [wish.use for wish in wished]
    return tuple(sorted(uses, key=lambda use: use.dispatched))


@dataclass(frozen=True)
class _Wish:
    """A tool call that a model asked for, and the places in the file between which it was carried out."""

    use: ToolUse
    asked: int
    """Where the model call went out: of a streamed answer a tool may begin before the stream is over."""
    told: int | None
    """Where the request went out that tells its result."""


def _wished(models: Iterable[LogicalCall]) -> list[_Wish]:
    calls = sorted(
        (attempt for model in models for attempt in model.attempts), key=lambda call: call.dispatched
    )
    results: dict[str, list[tuple[TracedCall, ToolResult]]] = {}
    for call in calls:
        for result in _results(call):
            results.setdefault(result.call_id, []).append((call, result))
    return [
        _wish(model.last, tool, results.get(tool.id, []))
        for model in models
        for tool in (model.answer.tool_calls if model.answer else ())
    ]


def _wish(call: TracedCall, tool: ToolCall, results: list[tuple[TracedCall, ToolResult]]) -> _Wish:
    """The first later request that holds the result tells it; ids may come back in another conversation."""
    asked = call.dispatched
    teller, result = next(((later, r) for later, r in results if later.dispatched > asked), (None, None))
    use = ToolUse(
        name=tool.name,
        arguments=_arguments(tool.arguments),
        result=result.content if result else None,
        error=result.content if result and result.is_error else "",
        seen=WIRE,
        asked_by=call,
        ref=tool.id,
        answered=result is not None,
    )
    return _Wish(use, asked, teller.dispatched if teller else None)


def _results(call: TracedCall) -> list[ToolResult]:
    """The tool results that a model request tells the model."""
    if not call.record.dialect:
        return []
    try:
        request = dialect_named(call.record.dialect).read_request(call.request_bytes, call.target)
    except Exception:  # noqa: BLE001 - a request that cannot be read tells nothing
        return []
    return [result for message in request.messages for result in message.results]


def _arguments(text: str) -> Any:
    try:
        return msgspec.json.decode(text) if text else {}
    except msgspec.MsgspecError:
        return text


def _same_ref(wish: _Wish, call: TracedCall) -> bool:
    """Was the call made for this very wish? Ids may come back in another conversation."""
    return bool(wish.use.ref) and call.record.ref == wish.use.ref and call.dispatched > wish.asked


def _is_anothers(wish: _Wish, call: TracedCall, refs: Container[str]) -> bool:
    """Does the call carry the id of another wish? An id that no model gave is the framework's own."""
    ref = call.record.ref
    return bool(ref) and ref != wish.use.ref and ref in refs


def _same_name(wish: _Wish, call: TracedCall) -> bool:
    """Is it the tool that was wished for?"""
    return same_tool(wish.use.name, call.name, call.record.via)


def same_tool(wished: str, name: str, via: str) -> bool:
    """Is a recorded tool the one that was wished for? Agents put a server's name before its own."""
    if wished == name or not via:
        return wished == name
    bare = name.removeprefix(f"{via.partition(':')[2]}.")
    return wished.endswith(bare) and not wished[: -len(bare)][-1:].isalnum()


def _same_arguments(wish: _Wish, call: TracedCall) -> bool:
    """Does the call carry all that the model wrote? A function's own defaults may be added to it."""
    use = wish.use
    if not _same_name(wish, call) or call.dispatched < wish.asked:
        return False
    if not isinstance(use.arguments, Mapping) or not isinstance(call.request, Mapping):
        return canonical(use.arguments) == canonical(call.request)
    given = {key: call.request.get(key) for key in use.arguments}
    return canonical(given) == canonical(use.arguments)


def _same_time(wish: _Wish, call: TracedCall) -> bool:
    """Did a tool of this name run between the model's wish and the request that tells its result?"""
    return (
        _same_name(wish, call)
        and call.dispatched > wish.asked
        and (wish.told is None or call.dispatched < wish.told)
    )


def _merged(use: ToolUse, call: TracedCall) -> ToolUse:
    return replace(_recorded(call), asked_by=use.asked_by, ref=use.ref or call.record.ref)


def _recorded(call: TracedCall) -> ToolUse:
    return ToolUse(
        name=call.name,
        arguments=call.request,
        result=call.value,
        error=call.error,
        seen=WIRE if call.record.purpose == TOLD else PROCESS,
        call=call,
        ref=call.record.ref,
        answered=call.outcome is not None,
    )
