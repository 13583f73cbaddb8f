"""How many outputs differ in kind between two versions of a prompt, in pairs of one task and seed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from agentprobe.domain.evidence import Evidence, Status
from agentprobe.lab.statistics import Interval, Tally, interval, mean_rate, upper_bound

_FACT = re.compile(r"[\w.+-]+@[\w.-]+\w|\d[\d.,:/-]*\d|\d|\b[A-Z]{2,}[A-Z0-9_-]*\d[\w-]*")
_WORD = re.compile(r"\w+")
_COMMON = 0.5
"""Two answers with fewer of their words in common are answers of two kinds."""
_FEWEST_WORDS = 4
Unit = tuple[str, str, int | None]
"""An agent, a task, a density."""


class Pair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One task and seed under both versions."""

    agent: str
    task: str
    rows: int | None = None
    repetition: int = 0
    differs: tuple[str, ...] = ()
    """In what: verdict, effects, facts, question, words; none where the outputs are of one kind."""
    old: str = ""
    new: str = ""
    """What was answered."""


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """The share of outputs that differ, with where it lies at 95 %; the unit is the task."""

    pairs: tuple[Pair, ...]
    unpaired: int = 0
    """Runs that failed on our side or were not made on both."""

    @property
    def shifted(self) -> tuple[Pair, ...]:
        """The pairs that differ."""
        return tuple(one for one in self.pairs if one.differs)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """For each task how many of its pairs differ."""
        found: dict[Unit, list[bool]] = defaultdict(list)
        for one in self.pairs:
            found[(one.agent, one.task, one.rows)].append(bool(one.differs))
        return tuple(Tally(sum(each), len(each)) for each in found.values())

    @property
    def share(self) -> float:
        """The mean share over tasks."""
        return mean_rate(self.tallies)

    @property
    def bounds(self) -> Interval:
        """Where the share lies, at 95 %."""
        return interval(self.tallies)


def shift(old: Iterable[Evidence], new: Iterable[Evidence], *, exact: bool = False) -> Shift:
    """Pair the runs of two versions; with `exact` each difference of an answer's text counts."""
    left = {_seat(one): one for one in old if _counts(one)}
    right = {_seat(one): one for one in new if _counts(one)}
    both = sorted(left.keys() & right.keys(), key=str)
    pairs = tuple(_pair(left[seat], right[seat], exact=exact) for seat in both)
    return Shift(pairs=pairs, unpaired=len(left.keys() ^ right.keys()))


def tasks_for(limit: float) -> int:
    """How many tasks without any shift show that fewer than `limit` of all tasks shift."""
    return next(tasks for tasks in range(1, 100_000) if upper_bound(0, tasks) <= limit)


def _seat(one: Evidence) -> tuple[str, str, int | None, str, int]:
    run = one.run
    return run.agent, run.task, run.regime.rows, run.regime.schedule, run.repetition


def _counts(one: Evidence) -> bool:
    return one.status in (Status.PASSED, Status.FAILED)


def _pair(old: Evidence, new: Evidence, *, exact: bool) -> Pair:
    return Pair(
        agent=old.run.agent,
        task=old.run.task,
        rows=old.run.regime.rows,
        repetition=old.run.repetition,
        differs=tuple(_differs(old, new, exact=exact)),
        old=old.answer,
        new=new.answer,
    )


def _differs(old: Evidence, new: Evidence, *, exact: bool) -> Sequence[str]:
    found = []
    if (old.status, old.mode) != (new.status, new.mode):
        found.append("verdict")
    if sorted(old.effects) != sorted(new.effects):
        found.append("effects")
    if exact:
        return [*found, *(["text"] if old.answer != new.answer else [])]
    if set(_FACT.findall(old.answer)) != set(_FACT.findall(new.answer)):
        found.append("facts")
    if old.answer.rstrip().endswith("?") != new.answer.rstrip().endswith("?"):
        found.append("question")
    if not _alike(old.answer, new.answer):
        found.append("words")
    return found


def _alike(one: str, other: str) -> bool:
    left, right = set(_WORD.findall(one.casefold())), set(_WORD.findall(other.casefold()))
    if min(len(left), len(right)) < _FEWEST_WORDS:
        return left == right
    return len(left & right) / len(left | right) >= _COMMON
