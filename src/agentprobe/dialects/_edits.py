"""What may be changed in a conversation under way: results, calls that the agent never saw, whole turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agentprobe.dialects._spans import Patches, Span
from agentprobe.domain.model import ToolCall, ToolResult

Gone = Callable[[ToolCall], bool]
"""Is this call to be taken out of an answer?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A model's answer as it stands in a later request, in the provider's own words."""

    entries: tuple[bytes, ...]
    """Its messages or items."""
    calls: tuple[bytes, ...]
    """Its tool calls, one each in the order of `ModelAnswer.tool_calls`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenCall:
    """A tool call that was taken out of an answer, to be put back into what the model is told later."""

    said: bytes
    result: ToolResult
    turn: tuple[str, ...]
    """The ids of all calls of its answer, in order."""
    answer: str = ""
    """The id of that answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A whole turn that the agent never saw: what the model said, and the results that it was told."""

    said: Said
    results: tuple[ToolResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenRounds:
    """Turns that the agent never saw, and the answer that it got instead: they belong in front of it."""

    rounds: tuple[Round, ...]
    calls: frozenset[str]
    """The ids of the calls in that answer."""
    text: str = ""
    nth: int = 1
    """The how-manieth turn of the assistant with this text that answer is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """All that is to be changed in a request; what does not occur in it changes nothing."""

    results: Mapping[str, ToolResult] = field(default_factory=dict)
    """By tool call: what the model is told instead."""
    calls: tuple[HiddenCall, ...] = ()
    turns: tuple[HiddenRounds, ...] = ()
    more: tuple[Round, ...] = ()
    """What has happened since the agent asked, to be told behind all else."""

    def __bool__(self) -> bool:
        return bool(self.results or self.calls or self.turns or self.more)


NO_EDITS = Edits()


def put_beside(
    patches: Patches,
    hidden: Iterable[HiddenCall],
    seen: Mapping[str, Span],
    write: Callable[[HiddenCall, Span], bytes],
) -> None:
    """Put something of each hidden call where it stood among those of its turn that the agent has seen."""
    for call in hidden:
        place = call.turn.index(call.result.call_id)
        if call.result.call_id in seen:
            continue
        earlier = next((seen[one] for one in reversed(call.turn[:place]) if one in seen), None)
        later = next((seen[one] for one in call.turn[place + 1 :] if one in seen), None)
        if earlier is not None:
            patches.after(earlier, write(call, earlier))
        elif later is not None:
            patches.before(later, write(call, later))


def put_in_front(
    patches: Patches,
    turns: Iterable[HiddenRounds],
    by_call: Mapping[str, Span],
    by_text: Sequence[tuple[str, Span]],
    write: Callable[[Round, Span], Iterable[bytes]],
) -> None:
    """Put hidden turns in front of the answer that the agent got after them, wherever that is found."""
    for turn in turns:
        place = _place(turn, by_call, by_text)
        if place is not None:
            for told in turn.rounds:
                for entry in write(told, place):
                    patches.before(place, entry)


def _place(
    turn: HiddenRounds, by_call: Mapping[str, Span], by_text: Sequence[tuple[str, Span]]
) -> Span | None:
    if turn.calls:
        return next((span for one, span in by_call.items() if one in turn.calls), None)
    same = [span for text, span in by_text if text and text == turn.text]
    return same[min(turn.nth, len(same)) - 1] if same else None
