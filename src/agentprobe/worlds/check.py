"""Which tasks test nothing: those that the world answers with one row and no neighbour within reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from agentprobe.domain.task import Task
from agentprobe.trace.view import Trace
from agentprobe.worlds.asked import calendar, results
from agentprobe.worlds.asked.data import Data, data_of
from agentprobe.worlds.asked.finding import Finding
from agentprobe.worlds.asked.papers import Papers
from agentprobe.worlds.asked.people import Whom
from agentprobe.worlds.asked.phrases import Phrases
from agentprobe.worlds.asked.statuses import Statuses
from agentprobe.worlds.planting.ambiguity import AMBIGUITIES
from agentprobe.worlds.planting.cast import Cast, cast_of
from agentprobe.worlds.source import Reading

_NOTHING: Mapping[str, Sequence[Trace]] = {}


class Weight(StrEnum):
    """What a task is worth in a world."""

    NOTHING = "tests nothing"
    SOMETHING = "tests something"
    UNKNOWN = "not known"
    """Nothing that the prompt says was found in the world."""


class TaskCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a look at one task has shown."""

    task: str
    weight: Weight
    findings: tuple[Finding, ...] = ()
    add: tuple[str, ...] = ()
    """Ambiguities that the world has room for and that would make the task test something."""

    @property
    def said(self) -> str:
        """Why, in a sentence."""
        if not self.findings:
            return "nothing that it says was found in the world"
        shown = [one for one in self.findings if one.trivial == (self.weight is Weight.NOTHING)]
        return "; ".join(one.said for one in shown or self.findings)

    @property
    def advice(self) -> str:
        """What to do about it; empty where nothing is to be done."""
        if self.weight is not Weight.NOTHING:
            return ""
        sides = dict.fromkeys(one.about for one in self.findings)
        lacking = " and ".join(_LACKING[side] for side in sides if side in _LACKING)
        planted = f"plant {', '.join(self.add)}" if self.add else f"add {lacking or 'look-alikes'}"
        return f"{planted}, or ask it in a denser world"


def check(
    tasks: Iterable[Task], world: Path | Reading, *, traces: Mapping[str, Sequence[Trace]] = _NOTHING
) -> tuple[TaskCheck, ...]:
    """Hold tasks against the world in which they are asked.

    `world` is a world's folder, a folder of databases and files, or a reading; `traces` are runs of the
    tasks, by the tasks' names. A task of which every side that was found is trivial tests nothing. One whose
    right outcome is to ask back, or to say that it cannot be known, always tests something.
    """
    tasks = tuple(tasks)
    asked = {task.id: Phrases(task.prompt) for task in tasks}
    with data_of(world) as data:
        looks = _Looks(data, tuple(asked.values()))
        cast = cast_of(data.schema)
        return tuple(
            _weighed(task, tuple(looks.at(asked[task.id], traces.get(task.id, ()))), cast) for task in tasks
        )


class _Looks:
    """All looks at one world, each made ready once."""

    def __init__(self, data: Data, asked: tuple[Phrases, ...]) -> None:
        self._data = data
        self._whom = Whom(data, asked)
        self._statuses = Statuses(data)
        self._papers = Papers(data, asked)

    def at(self, phrases: Phrases, traces: Sequence[Trace]) -> Iterator[Finding]:
        found = [
            *self._whom.look(phrases),
            *self._statuses.look(phrases),
            *calendar.look(self._data, phrases),
        ]
        yield from found
        if not found:  # a question about rows is near to no document in particular
            yield from self._papers.look(phrases)
        yield from results.look(traces)


def _weighed(task: Task, findings: tuple[Finding, ...], cast: Cast) -> TaskCheck:
    if task.asks_back or task.unknowable:
        return TaskCheck(task=task.id, weight=Weight.SOMETHING, findings=findings)
    if not findings:
        return TaskCheck(task=task.id, weight=Weight.UNKNOWN)
    if not all(finding.trivial for finding in findings):
        return TaskCheck(task=task.id, weight=Weight.SOMETHING, findings=findings)
    sides = {finding.about for finding in findings}
    return TaskCheck(task=task.id, weight=Weight.NOTHING, findings=findings, add=tuple(_room(sides, cast)))


_LACKING = {
    "people": "people of nearly the same name",
    "status": "rows with other words for closed",
    "documents": "documents that are nearly the same and hold at other times",
    "calendar": "meetings on that day",
}
"""What would make each side of a question test something."""
_PARTS = {"people": "people.", "status": "cases.", "documents": "papers.", "calendar": "events."}
"""The part of the cast that each side of a question is about."""


def _room(sides: set[str], cast: Cast) -> Iterator[str]:
    """The ambiguities about these sides that the world has the tables and columns for."""
    parts = tuple(part for side, part in _PARTS.items() if side in sides)
    for entry in AMBIGUITIES:
        if not cast.lacks(entry.needs) and any(need.startswith(parts) for need in entry.needs if parts):
            yield entry.name
