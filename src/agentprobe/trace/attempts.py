"""HTTP attempts joined into the model calls that the agent meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from agentprobe.basis.canonical import digest
from agentprobe.domain.model import ModelAnswer
from agentprobe.trace.pair import TracedCall


@dataclass(frozen=True)
class LogicalCall:
    """One model call as the agent meant it, with every HTTP attempt that was made for it."""

    attempts: tuple[TracedCall, ...]
    restarts: frozenset[int] = frozenset()
    """The attempts, by their index, before which other calls were made and answered."""

    @property
    def passes(self) -> tuple[tuple[tuple[TracedCall, ...], ...], ...]:
        """The attempts by the layer that made them, outermost first.

        A round is what one count of the SDK covers: where the count begins anew, an outer layer has asked
        again. A pass is a run of rounds with no other call between them; behind it the agent has begun again.
        """
        passes: list[list[list[TracedCall]]] = []
        for index, attempt in enumerate(self.attempts):
            if not passes or index in self.restarts:
                passes.append([[attempt]])
            elif _counts_on(self.attempts[index - 1], attempt):
                passes[-1][-1].append(attempt)
            else:
                passes[-1].append([attempt])
        return tuple(tuple(map(tuple, rounds)) for rounds in passes)

    @property
    def waits(self) -> tuple[float | None, ...]:
        """Seconds between the end of the attempt before and each attempt; None where there is none."""
        pairs = zip(self.attempts, self.attempts[1:], strict=False)
        gaps = (b.at - a.ended_at if a.ended_at is not None else None for a, b in pairs)
        return (None, *(max(gap, 0.0) if gap is not None else None for gap in gaps))

    @property
    def first(self) -> TracedCall:
        """The attempt it began with."""
        return self.attempts[0]

    @property
    def last(self) -> TracedCall:
        """The attempt that decided it."""
        return self.attempts[-1]

    @property
    def name(self) -> str:
        """The model."""
        return self.first.name

    @property
    def retries(self) -> int:
        """How often it was tried again."""
        return len(self.attempts) - 1

    @property
    def statuses(self) -> tuple[int | None, ...]:
        """The status of each attempt; None where no reply came."""
        return tuple(attempt.status for attempt in self.attempts)

    @property
    def failed(self) -> bool:
        """Did the last attempt fail?"""
        return self.last.failed

    @property
    def answer(self) -> ModelAnswer | None:
        """What the model said in the end."""
        return self.last.answer

    @property
    def seconds(self) -> float | None:
        """From the first attempt's dispatch to the last one's completion, pauses included."""
        ended = self.last.ended_at
        return ended - self.first.at if ended is not None else None


def joined(calls: Iterable[TracedCall]) -> tuple[LogicalCall, ...]:
    """Join model calls with the same request: a repetition belongs to an attempt that had failed before it.

    Where the SDK counts its retries, the count decides which of several such attempts it continues.
    """
    groups: list[list[TracedCall]] = []
    restarts: dict[int, set[int]] = defaultdict(set)
    seen: list[TracedCall] = []
    same: dict[str, list[list[TracedCall]]] = defaultdict(list)
    for call in calls:
        known = same[_request(call)]
        group = _continued(call, known)
        if group is None:
            group = []
            known.append(group)
            groups.append(group)
        elif _made_between(group[-1], call, seen):
            restarts[id(group)].add(len(group))
        group.append(call)
        seen.append(call)
    return tuple(LogicalCall(tuple(group), frozenset(restarts[id(group)])) for group in groups)


def _made_between(before: TracedCall, call: TracedCall, seen: list[TracedCall]) -> bool:
    """Was another call made and answered between two attempts?"""
    ended = before.completed
    if ended is None:
        return False
    since = takewhile(lambda other: other.dispatched > ended, reversed(seen))
    return any(not _unanswered(other) and _ended_before(other, call) for other in since)


def _counts_on(before: TracedCall, call: TracedCall) -> bool:
    """Does the SDK's count go on from one attempt to the next? Where none counts, all are one round."""
    count, last = call.record.attempt, before.record.attempt
    return count is None or last is None or count > last


def _request(call: TracedCall) -> str:
    """What two attempts at one call have in common."""
    target = call.record.http.target if call.record.http else ""
    return digest(
        b"\0".join([call.by.encode(), call.record.path.encode(), target.encode(), call.request_bytes])
    )


def _continued(call: TracedCall, known: list[list[TracedCall]]) -> list[TracedCall] | None:
    """The group that this call continues; None when it begins one of its own."""
    before = (call.record.attempt or 0) - 1
    counted = [group for group in known if (group[-1].record.attempt or 0) == before]
    if counted:
        return next((group for group in counted if _unanswered(group[-1])), counted[-1])
    return next((group for group in known if _unanswered(group[-1]) and _ended_before(group[-1], call)), None)


def _unanswered(call: TracedCall) -> bool:
    return call.failed or call.left


def _ended_before(earlier: TracedCall, call: TracedCall) -> bool:
    return earlier.completed is not None and earlier.completed < call.dispatched
