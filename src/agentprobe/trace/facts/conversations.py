"""Model calls of one conversation, joined by what they tell again, and how full its context became."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from agentprobe.basis.canonical import digest, digest_of
from agentprobe.dialects import dialect_named
from agentprobe.domain.model import Message, ModelRequest
from agentprobe.trace.attempts import LogicalCall

MARK = 0.75
"""From this share of its window on, a model's attention to what it was told is known to suffer."""


@dataclass(frozen=True)
class Point:
    """How full the context was at one call."""

    number: int
    """The call's number in the trace."""
    tokens: int | None
    """What the model read and wrote; None where nobody knows."""
    window: int | None
    counted: bool = False
    """Are the tokens our own count, for lack of a report?"""

    @property
    def share(self) -> float | None:
        """Of the window; None when either is unknown."""
        return self.tokens / self.window if self.tokens is not None and self.window else None


@dataclass(frozen=True)
class Conversation:
    """Calls that tell one history on."""

    number: int
    points: tuple[Point, ...]

    @cached_property
    def crossed(self) -> Point | None:
        """The call that first filled the window to the mark."""
        return next((point for point in self.points if (point.share or 0) >= MARK), None)

    @property
    def fullest(self) -> Point | None:
        """The call at which the context was largest."""
        known = [point for point in self.points if point.tokens is not None]
        return max(known, key=lambda point: point.tokens or 0, default=None)


@dataclass(frozen=True)
class Turn:
    """A logical call with what was read of its request."""

    number: int
    call: LogicalCall
    request: ModelRequest | None


def turns_of(calls: Iterable[LogicalCall]) -> tuple[Turn, ...]:
    """Every logical call with its request read, where it can be."""
    return tuple(Turn(number, call, read_request(call)) for number, call in enumerate(calls, start=1))


def read_request(call: LogicalCall) -> ModelRequest | None:
    """What a call asked; None for a request that no dialect reads."""
    first = call.first
    if not first.record.dialect:
        return None
    try:
        return dialect_named(first.record.dialect).read_request(first.request_bytes, first.target)
    except Exception:  # noqa: BLE001 - a request that cannot be read belongs to no conversation
        return None


def grouped(turns: Iterable[Turn]) -> list[list[Turn]]:
    """The turns by conversation: each goes on the one whose whole history it tells again, the longest first.

    A server that keeps the history is asked by the id of the answer before (`previous_response_id`).
    """
    groups: list[list[Turn]] = []
    owners: dict[str, int] = {}
    for turn in turns:
        beginnings = _beginnings(turn)
        found = next((owners[key] for key in reversed(beginnings) if key in owners), None)
        if found is None:
            found = len(groups)
            groups.append([])
        groups[found].append(turn)
        owners.update(dict.fromkeys([*beginnings[-1:], *_answered(turn)], found))
    return groups


def _beginnings(turn: Turn) -> list[str]:
    """A digest of every beginning of what was told, shortest first, and what the server is to remember."""
    if turn.request is None:
        return []
    chain = digest_of([turn.call.first.by, turn.call.first.record.path])
    before = turn.request.extra.get("previous_response_id")
    keys = [f"id:{before}"] if before else []
    for message in turn.request.messages:
        chain = digest(chain + _told(message))
        keys.append(chain)
    return keys


@lru_cache(maxsize=65_536)
def _told(message: Message) -> str:
    """A digest of what makes two messages one; frameworks add names and ids of their own.

    A history is told again with every call, so each of its messages comes here very often.
    """
    calls = [[call.name, call.arguments] for call in message.tool_calls]
    return digest_of([message.role, message.text, calls, [result.content for result in message.results]])


def _answered(turn: Turn) -> list[str]:
    answer = turn.call.answer
    return [f"id:{answer.id}"] if answer is not None and answer.id else []
