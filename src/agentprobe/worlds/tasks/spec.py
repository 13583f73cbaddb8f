"""A task as it is kept in `tasks.json`: what is asked, and what is right in this world, at its density."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.files import write_whole
from agentprobe.domain.task import ExpectedEffect, ExpectedState, Task
from agentprobe.errors import FixtureError

NAME = "tasks.json"
FORMAT = 1


class StateSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a table must hold when the run has ended; see `domain.task.ExpectedState`."""

    table: str
    where: dict[str, Any] = msgspec.field(default_factory=dict)
    set: dict[str, Any] = msgspec.field(default_factory=dict)
    equals: dict[str, Any] = msgspec.field(default_factory=dict)
    absent: bool = False
    count: int | None = None

    def state(self) -> ExpectedState:
        """The same as the lab knows it."""
        return ExpectedState(
            table=self.table,
            where=self.where,
            set=self.set,
            equals=self.equals,
            absent=self.absent,
            count=self.count,
        )


class EffectSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A write that must have happened."""

    tool: str
    arguments: dict[str, Any] = msgspec.field(default_factory=dict)
    times: int = 1


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One task. Its id and prompt are the same at every density; what is right is not."""

    id: str
    family: str
    ambiguity: str = ""
    """The ambiguity that it is about; empty where only the world's density makes it hard."""
    prompt: str
    contains: tuple[str, ...] = ()
    contains_any: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    matches: str | None = None
    asks_back: bool | None = None
    unknowable: bool = False
    state: tuple[StateSpec, ...] = ()
    effects: tuple[EffectSpec, ...] = ()
    candidates: int = 0
    """How many rows fit the loosest thing that the prompt says; 0 where nothing was counted."""
    fitting: int = 0
    """How many fit all that it says."""
    tools: tuple[str, ...] = ()
    """The tools that production's agent called for it, in order; empty where it comes from no trace."""

    def asking(self) -> TaskSpec:
        """The same question where the right outcome is to ask back, and to change nothing."""
        return msgspec.structs.replace(
            self,
            contains=(),
            contains_any=(),
            lacks=(),
            matches=None,
            asks_back=True,
            unknowable=False,
            state=tuple(one for state in self.state for one in _unset(state)),
            effects=(),
        )

    def task(self) -> Task:
        """The task as the lab knows it."""
        return Task(
            id=self.id,
            prompt=self.prompt,
            contains=self.contains,
            contains_any=self.contains_any,
            lacks=self.lacks,
            matches=self.matches,
            right=readable(self.matches) if self.matches else "",
            asks_back=self.asks_back,
            unknowable=self.unknowable,
            state=tuple(state.state() for state in self.state),
            effects=tuple(
                ExpectedEffect(tool=one.tool, arguments=one.arguments, times=one.times)
                for one in self.effects
            ),
        )


class TaskFile(msgspec.Struct, frozen=True, kw_only=True):
    """What `tasks.json` holds."""

    format: int = FORMAT
    tasks: tuple[TaskSpec, ...]


def read_tasks(folder: Path) -> tuple[TaskSpec, ...]:
    """The tasks of a world's folder, or of one where it stands; raises FixtureError where there are none."""
    path = folder / NAME
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FixtureError(
            f"{folder} holds no {NAME}: make the world's tasks first, by `agentprobe world tasks`"
        ) from error
    try:
        found = msgspec.json.decode(raw, type=TaskFile)
    except msgspec.DecodeError as error:
        raise FixtureError(f"{path} cannot be read: {error}") from error
    if found.format > FORMAT:
        raise FixtureError(f"{path} has format {found.format}; this version reads up to {FORMAT}: upgrade")
    return found.tasks


def keep_tasks(folder: Path, tasks: Iterable[TaskSpec]) -> None:
    """Put tasks into a world's folder."""
    raw = msgspec.json.encode(TaskFile(tasks=tuple(tasks)))
    write_whole(folder / NAME, msgspec.json.format(raw, indent=1) + b"\n")


def number(value: object) -> str:
    """A pattern that finds a whole number in an answer, and not in a longer one or a date."""
    text = re.escape(f"{value:,}" if isinstance(value, int) else str(value))
    plain = re.escape(str(value))
    either = text if text == plain else f"(?:{plain}|{text})"
    return rf"(?<![\d.,/-]){either}(?![\d/-]|[.,]\d)"


def unlike(wrong: Iterable[object], right: Iterable[object]) -> tuple[str, ...]:
    """Those of some wrong values that no right one holds, as words that an answer must lack."""
    held = [str(value).casefold() for value in right]
    words = {str(value) for value in wrong if value not in (None, "")}
    return tuple(sorted(word for word in words if not any(word.casefold() in one for one in held)))


def digits(text: str) -> str:
    """A pattern that finds a telephone number in an answer, however it is spaced."""
    return r"[\s().\-–]*".join(re.escape(one) for one in text if one.isdigit() or one == "+")


def lenient(text: str) -> str:
    """A pattern that finds a text in an answer, whatever its capitals and its blanks."""
    words = map(re.escape, re.split(r"[\s,]+", text.strip()))
    return "(?i:" + r"[\s,]+".join(words) + ")"


_SIGNS = (
    ("(?:[.,]00?)?", ""),
    (r"(?<![\d.,/-])", ""),
    (r"(?![\d/-]|[.,]\d)", ""),
    (r"[\s().\-–]*", ""),
    (r"[\s,]+", " "),
    ("(?i)", ""),
    ("(?s)", ""),
    ("(?i:", ""),
    ("(?:", ""),
    (r"\b", ""),
)


def readable(pattern: str) -> str:
    """What one of our own patterns looks for, as a person would write it: the first of what it takes."""
    text = pattern
    for sign, written in _SIGNS:
        text = text.replace(sign, written)
    first = re.sub(r"\\(.)", r"\1", text.partition("|")[0])
    return repr(re.sub(r"^0\?|\[:.\]", lambda found: ":" if found[0] != "0?" else "", first).rstrip(")"))


def _unset(state: StateSpec) -> Iterable[StateSpec]:
    """What must still hold where nothing is to be changed: the rows that were to be, as they were."""
    if state.set:
        if state.equals:
            yield msgspec.structs.replace(state, set={})
    else:
        yield state
