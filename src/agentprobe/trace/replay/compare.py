"""A recorded run beside the same run again: what was asked as before, what was not, and how it ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from agentprobe.domain.call import Kind
from agentprobe.trace.body import unpacked_bytes
from agentprobe.trace.own_key import VARIABLE as KEY_FILE
from agentprobe.trace.own_key import own_key
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.redact import Redaction
from agentprobe.trace.replay.answer import REPLAYED, cannot
from agentprobe.trace.replay.key import asked_then
from agentprobe.trace.replay.room import LIVE, MISSED, NEAR
from agentprobe.trace.replay.script import Scene, Script
from agentprobe.trace.replay.tokens import (
    GOOD_AS_DETERMINISTIC,
    Share,
    answer_tokens,
    request_tokens,
    shared,
)
from agentprobe.trace.stand_ins import holds_stand_in
from agentprobe.trace.view import Trace


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """How one run again compares with the recorded one."""

    trace: Trace
    """The run again."""
    same: int
    """Calls that asked what a recorded one had asked."""
    recorded: int
    """Calls of the recording that the agent itself made; those inside a replayed tool are not made again."""
    replayed: int
    """Calls that were answered out of the recording."""
    missed: tuple[TracedCall, ...]
    """Calls that were refused because nothing is recorded for them."""
    near: int
    """Those of them that asked nearly the same."""
    live: int
    """Calls that the world answered."""
    unasked: tuple[Scene, ...]
    """Recorded calls that were not made again."""
    changed: int | None
    """The number of the first recorded call that was not made again, or in whose place another was."""
    answer_same: bool
    exit_same: bool
    tokens: Share
    """The tokens of all requests and of the final answer."""
    answer: Share
    """Those of the final answer alone: in a long history another short answer would be lost."""

    @property
    def close(self) -> bool:
        """Has it nearly all tokens of the recording, in the final answer as in all, and the same end?"""
        shares = (self.tokens.rate, self.answer.rate)
        return self.exit_same and min(shares) >= GOOD_AS_DETERMINISTIC

    @property
    def exact(self) -> bool:
        """Is it the recorded run, call by call, to its end?"""
        all_asked = self.changed is None and not self.missed and not self.live
        return all_asked and self.answer_same and self.exit_same


def compare(recorded: Trace, again: Trace) -> Repetition:
    """Find for each call of the run again the recorded one that asks the same."""
    script = Script.of(recorded)
    fresh: list[TracedCall] = []
    replayed_tools: set[str] = set()
    asked = [call for call in again.calls if not call.record.purpose]
    for call in asked:
        if script.take(asked_then(call)) is None:
            fresh.append(call)
        if call.kind is Kind.TOOL and REPLAYED in call.marks:
            replayed_tools.add(call.name)
    left = script.left
    unasked = tuple(scene for scene in left if not _left_out(scene, replayed_tools))
    same, answer = len(asked) - len(fresh), _answer(recorded, again)
    return Repetition(
        trace=again,
        same=same,
        recorded=same + len(unasked),
        replayed=sum(REPLAYED in call.marks for call in again.calls),
        missed=tuple(call for call in again.calls if MISSED in call.marks),
        near=sum(NEAR in call.marks for call in again.calls),
        live=sum(LIVE in call.marks for call in again.calls),
        unasked=unasked,
        changed=_first(unasked, len(recorded.calls), fresh),
        answer_same=_same_answers(recorded, again),
        exit_same=_exit(recorded) in (None, _exit(again)),
        tokens=_tokens(recorded, left, unasked, fresh).and_of(answer),
        answer=answer,
    )


def _same_answers(recorded: Trace, again: Trace) -> bool:
    """Were the same things said? Which came last of calls that were made at once is luck."""
    return recorded.final_answer == again.final_answer or Counter(recorded.said) == Counter(again.said)


def caveats(trace: Trace) -> tuple[str, ...]:
    """What of a recording cannot be given back exactly, each in a sentence."""
    stuck = [call for call in trace.calls if cannot(call)]
    hidden = [call for call in trace.calls if call.outcome is not None and holds_stand_in(_kept(call))]
    asked = [call for call in trace.calls if holds_stand_in(call.request_bytes)]
    elsewhere = trace.header.key != Redaction(key=own_key()).key_id
    printed = [call for call in trace.calls if call.kind is Kind.TOOL and b'"$repr"' in _kept(call)]
    return (
        *(f"recorded call {_number(trace, call)} cannot be replayed: {cannot(call)}" for call in stuck),
        *([f"{len(hidden)} answers hold secrets that were replaced before they were kept"] if hidden else []),
        *(
            [
                f"{len(asked)} requests hold secrets under another key than yours, and are not found again; "
                f"set {KEY_FILE} to the file of the key under which it was recorded"
            ]
            if asked and elsewhere
            else []
        ),
        *([f"{len(printed)} tool results have parts of which only the print is kept"] if printed else []),
    )


def _kept(call: TracedCall) -> bytes:
    return unpacked_bytes(call.outcome.body) if call.outcome is not None else b""


def _number(trace: Trace, call: TracedCall) -> int:
    return trace.calls.index(call) + 1


def _left_out(scene: Scene, tools: set[str]) -> bool:
    """Did the agent not ask for it, or a tool that was now replayed and so did not run?"""
    if scene.call.record.purpose:
        return True
    return any(name in tools for name in scene.call.record.path.split("/") if name)


def _first(unasked: tuple[Scene, ...], count: int, fresh: list[TracedCall]) -> int | None:
    """Where the runs part: at a recorded call that is not made, or behind the last when more are made."""
    if unasked:
        return unasked[0].number
    return count + 1 if fresh else None


def _exit(trace: Trace) -> int | None:
    return trace.ended.exit if trace.ended is not None else None


def _tokens(
    recorded: Trace,
    left: tuple[Scene, ...],
    unasked: tuple[Scene, ...],
    fresh: list[TracedCall],
) -> Share:
    """Equal requests match whole; of the others the n-th of a site is compared with the n-th."""
    others = {id(scene.call) for scene in left}
    total = sum(len(request_tokens(call)) for call in recorded.calls if id(call) not in others)
    share = Share(total, total)
    rest = [scene.call for scene in unasked]
    for call in fresh:
        other = next((then for then in rest if then.site == call.site), None)
        if other is not None:
            rest.remove(other)
        then = request_tokens(other) if other is not None else ()
        share = share.and_of(shared(then, request_tokens(call)))
    for call in rest:
        share = share.and_of(shared(request_tokens(call), ()))
    return share


def _answer(recorded: Trace, again: Trace) -> Share:
    ended = recorded if _same_answers(recorded, again) else again
    return shared(answer_tokens(recorded.final_answer), answer_tokens(ended.final_answer))
