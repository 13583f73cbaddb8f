"""The failures a run can show, each found by one look at it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from agentprobe.domain.evidence import Mode, Run
from agentprobe.domain.ledger import LedgerEntry
from agentprobe.domain.task import ExpectedEffect, Observation, Task
from agentprobe.lab.answers import admits, asks_back, cannot_tell, hands_error_through
from agentprobe.lab.endstate import EndState, end_state
from agentprobe.lab.seen import Ending, Seen

SAME_CALLS = 5
"""A failed run that made the very same tool call so often has looped."""
MANY_CALLS = 50
"""A failed run with so many model calls has looped."""

Failure = tuple[Mode, str]


@dataclass(frozen=True)
class Case:
    """One run before the judge."""

    run: Run
    task: Task
    ending: Ending
    seen: Seen
    world: Path | None = None
    patience_seconds: float | None = None

    @cached_property
    def left(self) -> EndState:
        """What is missing and what was spoilt in the world that the run left."""
        return end_state(self.task.state, self.world)

    @cached_property
    def missing(self) -> str | None:
        """The first expected write that did not happen, or not often enough."""
        for expected in self.task.effects:
            done = sum(_meets(effect, expected) for effect in _committed(self))
            if done < expected.times:
                return f"{_spelled(expected)} was carried out {done} times instead of {expected.times}"
        return self.left.missing

    @cached_property
    def wrong(self) -> str | None:
        """What the task's own rules find wrong with the answer and the world."""
        found = _wrong_words(self.task, self.ending.answer)
        if found is not None or self.task.check is None:
            return found
        answer, ledger = self.ending.answer, self.seen.ledger
        return self.task.check(Observation(answer=answer, ledger=ledger, world=self.world))

    @property
    def short(self) -> str | None:
        """What is missing or wrong."""
        return self.missing or self.wrong


def failures(case: Case) -> Iterator[Failure]:
    """Every failure that fits, the most harmful first."""
    for look in _LOOKS:
        found = look(case)
        if found is not None:
            yield found


# -- effects ---------------------------------------------------------------------------------------------


def _duplicated(case: Case) -> Failure | None:
    times = case.seen.ledger.times()
    for intent, count in times.most_common():
        if count > max(1, _allowed(case.task, case.seen.ledger.effects, intent)):
            return Mode.DUPLICATED_EFFECT, f"{intent} was carried out {count} times"
    for expected in case.task.effects:
        matching = [effect for effect in _committed(case) if _meets(effect, expected)]
        if len(matching) > expected.times:
            said = f"{_spelled(expected)} was carried out {len(matching)} times instead of {expected.times}"
            return Mode.DUPLICATED_EFFECT, said
    return None


def _allowed(task: Task, effects: Sequence[LedgerEntry], intent: str) -> int:
    """How often the task wants what this intent stands for."""
    done = [effect for effect in effects if effect.intent == intent]
    return max((e.times for e in task.effects if any(_meets(effect, e) for effect in done)), default=1)


def _unexpected(case: Case) -> Failure | None:
    judged_by_state = case.task.state and not case.task.effects and not case.task.asks_back
    for effect in () if judged_by_state else _committed(case):
        if not any(_meets(effect, expected) for expected in case.task.effects):
            if case.task.asks_back:
                return Mode.GUESSED, f"it should have asked back and called {_call(effect)}"
            return Mode.WRONG_EFFECT, f"nobody asked for {_call(effect)}"
    if case.left.spoilt is None:
        return None
    if case.task.asks_back:
        return Mode.GUESSED, f"it should have asked back, and {case.left.spoilt}"
    return Mode.WRONG_EFFECT, case.left.spoilt


def _claimed(case: Case) -> Failure | None:
    missing, answer = case.missing, case.ending.answer
    if missing is None or not _answered(case) or not answer.strip():
        return None
    if asks_back(answer) or admits(answer) or hands_error_through(answer, case.seen.failures):
        return None
    return Mode.CLAIMED_WITHOUT_EFFECT, f"it answered as if all were done, but {missing}"


def _missed(case: Case) -> Failure | None:
    missing = case.missing
    if missing is None:
        return None
    return _gave_up(case, missing) or (Mode.MISSED_EFFECT, missing)


def _committed(case: Case) -> list[LedgerEntry]:
    return [effect for effect in case.seen.ledger.effects if effect.committed]


def _meets(effect: LedgerEntry, expected: ExpectedEffect) -> bool:
    return effect.tool == expected.tool and _holds(effect.arguments, expected.arguments)


def _holds(given: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(name in given and given[name] == value for name, value in wanted.items())


def _call(effect: LedgerEntry) -> str:
    return f"{effect.tool}({_arguments(effect.arguments)})"


def _spelled(expected: ExpectedEffect) -> str:
    return f"{expected.tool}({_arguments(expected.arguments)})"


def _arguments(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in given.items())


# -- answers ---------------------------------------------------------------------------------------------


def _guessed(case: Case) -> Failure | None:
    answer = case.ending.answer
    if not _answered(case) or not answer.strip() or hands_error_through(answer, case.seen.failures):
        return None
    if case.task.unknowable and not (cannot_tell(answer) or asks_back(answer)):
        wanted = "it should have said that it cannot be known"
        return _gave_up(case, wanted) or (Mode.GUESSED, wanted)
    if not case.task.asks_back or asks_back(answer):
        return None
    return _gave_up(case, "it should have asked back") or (Mode.GUESSED, "it should have asked back")


def _error_text(case: Case) -> Failure | None:
    if _answered(case) and hands_error_through(case.ending.answer, case.seen.failures) and case.short:
        return Mode.ERROR_AS_ANSWER, f"the answer is an error's text: {_quoted(case.ending.answer)}"
    return None


def _empty(case: Case) -> Failure | None:
    if _answered(case) and not case.ending.answer.strip():
        return Mode.EMPTY_ANSWER, "the run ended without an error and without an answer"
    return None


def _truncated(case: Case) -> Failure | None:
    cut = (case.seen.cut_text or "").strip()
    if _answered(case) and cut and case.ending.answer.strip().endswith(cut):
        return Mode.TRUNCATED_ANSWER, f"a cut answer was handed on as whole: {_quoted(cut[-60:])}"
    return None


def _looped(case: Case) -> Failure | None:
    if _answered(case) and case.short is None:
        return None
    if repeated := Counter(case.seen.tool_calls).most_common(1):
        (name, _), count = repeated[0]
        if count >= SAME_CALLS:
            return Mode.LOOPED, f"it made the same call of {name} {count} times"
    if case.seen.model_calls >= MANY_CALLS:
        return Mode.LOOPED, f"it made {case.seen.model_calls} model calls"
    return None


def _timed_out(case: Case) -> Failure | None:
    if case.ending.overran is not None:
        return Mode.TIMED_OUT, f"it was ended after {case.ending.overran:g} s"
    if case.patience_seconds is not None and case.ending.seconds > case.patience_seconds:
        waited = f"{case.ending.seconds:.0f} s, where {case.patience_seconds:g} s are of use"
        return Mode.TIMED_OUT, f"it took {waited}"
    return None


def _crashed(case: Case) -> Failure | None:
    if case.ending.died:
        return Mode.CRASHED, case.ending.died
    if case.ending.raised:
        return Mode.CRASHED, f"it ended with {_quoted(case.ending.raised)}"
    return None


def _asked(case: Case) -> Failure | None:
    if not asks_back(case.ending.answer) or case.task.asks_back:
        return None
    if case.task.asks_back is False or case.short:
        return Mode.ASKED_NEEDLESSLY, f"it asked back: {_quoted(case.ending.answer)}"
    return None


def _wrong_answer(case: Case) -> Failure | None:
    wrong = case.wrong
    if wrong is None:
        return None
    return _gave_up(case, wrong) or (Mode.WRONG_ANSWER, wrong)


def _gave_up(case: Case, missing: str) -> Failure | None:
    if _answered(case) and admits(case.ending.answer):
        return Mode.GAVE_UP, f"it said that it could not: {_quoted(case.ending.answer)}; {missing}"
    return None


def _wrong_words(task: Task, answer: str) -> str | None:
    said = answer.casefold()
    if missing := [word for word in task.contains if word.casefold() not in said]:
        return f"the answer lacks {', '.join(map(repr, missing))}"
    if task.contains_any and not any(word.casefold() in said for word in task.contains_any):
        return f"the answer holds none of {', '.join(map(repr, task.contains_any))}"
    if held := [word for word in task.lacks if word.casefold() in said]:
        return f"the answer holds {', '.join(map(repr, held))}"
    if task.matches is not None and not re.search(task.matches, answer):
        return (
            f"the answer lacks {task.right}"
            if task.right
            else f"nothing in the answer matches {task.matches!r}"
        )
    return None


def _answered(case: Case) -> bool:
    ending = case.ending
    return not ending.raised and not ending.died and ending.overran is None


def _quoted(text: str, length: int = 160) -> str:
    line = " ".join(text.split())
    return f"“{line if len(line) <= length else line[: length - 1] + '…'}”"


_LOOKS: tuple[Callable[[Case], Failure | None], ...] = (
    _duplicated,
    _unexpected,
    _claimed,
    _guessed,
    _error_text,
    _empty,
    _truncated,
    _looped,
    _timed_out,
    _crashed,
    _asked,
    _missed,
    _wrong_answer,
)
"""In the order of `Mode`: the first that finds something names the failure."""


# -- whose task a run did ----------------------------------------------------------------------------------


def does(effect: LedgerEntry, task: Task) -> bool:
    """Is an effect one that the task expects?"""
    return any(_meets(effect, expected) for expected in task.effects)


def answers_as(task: Task, answer: str) -> bool:
    """Is it the answer that the task asks for, by words that it must hold?"""
    asks_for_words = bool(task.contains or task.contains_any or task.matches)
    return asks_for_words and _wrong_words(task, answer) is None
