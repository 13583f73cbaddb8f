"""The room at the corridor's end that answers in the world's place, from what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Outcome
from agentprobe.errors import Refused, ReplayMiss, TraceError
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage, Wait
from agentprobe.trace.own_key import own_key
from agentprobe.trace.read import read_trace
from agentprobe.trace.redact import Redaction
from agentprobe.trace.replay.answer import Answer, answer_of, cannot
from agentprobe.trace.replay.fork import forked
from agentprobe.trace.replay.key import Asked, asked_live
from agentprobe.trace.replay.nearest import nearest
from agentprobe.trace.replay.order import Order, Turns
from agentprobe.trace.replay.script import Scene, Script
from agentprobe.trace.replay.tokens import GOOD_AS_DETERMINISTIC

MISSED, LIVE, NEAR = "replay:missed", "replay:live", "replay:near"
"""The marks of a call that was never recorded: it was refused, or answered by the world, or as a like one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaying:
    """What is to be replayed, and how."""

    trace: Path
    lenient: bool = False
    """May the world answer what was never recorded?"""
    near: bool = False
    """Does a request with 99 % of a recorded one's words get that one's answer?"""
    pace: bool = False
    """Do answers come at the pace at which they came?"""
    fork: int | None = None
    """The model call, counted as `agentprobe trace show` counts them, from which on the world answers."""
    edit: Path | None = None
    """A file with the answer that the forked call gets instead."""
    order: Order = ()
    """Recorded calls, by their numbers, that are to be completed in this order."""

    redact: tuple[str, ...] = ()
    """Regular expressions of what the recording does not keep."""
    redact_key: tuple[str, ...] = ()
    """Names of keys whose values it does not keep."""

    def placed(self) -> Replaying:
        """The same for a process that stands in another folder."""
        return replace(self, trace=self.trace.absolute(), edit=self.edit and self.edit.absolute())

    def room(self, redact: Redaction | None = None) -> Replay:
        """A fresh room that replays this; raises TraceError or ConfigError for what cannot be replayed."""
        trace, redact = read_trace(self.trace), redact or Redaction(key=own_key())
        if not trace.header.content:
            raise TraceError(
                f"{self.trace} cannot be replayed: it was recorded with --no-content, so no answer is in it; "
                "record the run again without that option"
            )
        if self.fork is None:
            script, turns = Script.of(trace), Turns(self.order)
            return Replay(
                script, lenient=self.lenient, near=self.near, pace=self.pace, turns=turns, redact=redact
            )
        script, edited = forked(trace, self.fork, self.edit)
        return Replay(script, lenient=True, near=self.near, pace=self.pace, edited=edited, redact=redact)


class Replay:
    """Gives each call the answer that was recorded for it; the world is not touched.

    A call that was never recorded is refused, with the nearest recorded one and what differs; a lenient
    replay lets it through. `edited` may answer a call in another way than the recording.
    """

    place = Place.SOURCE

    def __init__(
        self,
        script: Script,
        *,
        lenient: bool = False,
        near: bool = False,
        pace: bool = False,
        edited: Callable[[Scene, Call], Outcome | None] = lambda *_: None,
        turns: Turns | None = None,
        redact: Redaction | None = None,
    ) -> None:
        self._script = script
        self._lenient = lenient
        self._near = near
        self._pace = pace
        self._edited = edited
        self._turns = turns or Turns()
        self._redact = redact or Redaction()

    def intercept(self, call: Call) -> Passage:
        asked = asked_live(call, self._redact)
        scene, is_near = self._script.take(asked), False
        if scene is None and self._near:
            scene = self._script.take_near(asked, GOOD_AS_DETERMINISTIC)
            is_near = scene is not None
        why = cannot(scene.call) if scene is not None else ""
        if scene is None or why:
            if self._lenient:
                return (yield call).marked(LIVE)
            return refused(call, f"{label(call)} {why or self._missing(asked)}")
        answer = self._answer(scene, call)
        if self._pace and answer.seconds:
            yield Wait(answer.seconds)
        yield from self._turns.passing(scene.number)
        return answer.outcome.marked(NEAR) if is_near else answer.outcome

    def _answer(self, scene: Scene, call: Call) -> Answer:
        edited = self._edited(scene, call)
        return Answer(edited) if edited is not None else answer_of(scene.call, pace=self._pace)

    def _missing(self, asked: Asked) -> str:
        times = self._script.times(asked)
        if times:
            return f"was recorded {'once' if times == 1 else f'{times} times'} and is asked once more"
        near = nearest(asked, self._script.left) or nearest(asked, self._script.scenes)
        if near is None:
            return "was never recorded, and no call of its kind was"
        return f"was never recorded; nearest is recorded call {near.scene.number}: {near}"


def label(call: Call) -> str:
    """A call by its place in the run: `model call 2 (gpt-4.1-mini)`."""
    return f"{call.kind.value} call {call.nth} ({call.name})"


def refused(call: Call, why: str) -> Outcome:
    """How the agent is told: a model call by a reply that no SDK tries again, a tool by an error."""
    reply = None
    if call.dialect:
        no_retry = (("x-should-retry", "false"),)
        reply = dialect_named(call.dialect).write_failure(Refused(f"replay: {why}"), no_retry)
    if reply is not None:
        return Outcome(value=reply, marks=(MISSED,))
    return Outcome(error=ReplayMiss(f"replay: {why}"), marks=(MISSED,))
