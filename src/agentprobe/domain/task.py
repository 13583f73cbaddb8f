"""A task: what the agent is asked in a world, and how the end state and the answer are judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from agentprobe.domain.ledger import EffectLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What can be judged when a run has ended."""

    answer: str
    ledger: EffectLedger
    world: PurePath | None = None
    """The run's own copy of the world, as the run left it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEffect:
    """A write that must have happened: this tool, with at least these arguments, so many times."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedState:
    """What a table of the run's world must hold when the run has ended.

    `where` picks rows by the values of columns; without it, all rows are meant.
    """

    table: str
    where: Mapping[str, Any] = field(default_factory=dict)
    set: Mapping[str, Any] = field(default_factory=dict)
    """Values that the run must have put into these rows; that it did not is a write that is missing."""
    equals: Mapping[str, Any] = field(default_factory=dict)
    """Values that must still stand there; that they do not is a write that nobody asked for."""
    absent: bool = False
    """Must there be no such row?"""
    count: int | None = None
    """How many such rows there must be: fewer are a missing write, more are one that nobody asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One question to the agent and what a right outcome is.

    A write that no `effects` entry expects fails the task; where there is only `state`, writes are judged by
    what they left. `asks_back` says that the right outcome is a question to the user, because the world does
    not decide the matter; `unknowable`, that nothing decides it, so that it must be said that it cannot be
    known.
    """

    id: str
    prompt: str
    contains: tuple[str, ...] = ()
    """Words the answer must hold; capital letters do not count."""
    contains_any: tuple[str, ...] = ()
    """Words of which the answer must hold at least one."""
    lacks: tuple[str, ...] = ()
    """Words the answer must not hold."""
    matches: str | None = None
    """A regular expression that must be found in the answer."""
    right: str = ""
    """What `matches` looks for, in words, for whoever reads what went wrong."""
    asks_back: bool | None = None
    """Must the answer be a question back (True), must it not (False), or is either right (None)?"""
    unknowable: bool = False
    """Must the answer say that it cannot be known? To ask back for what decides it is right as well."""
    effects: tuple[ExpectedEffect, ...] = ()
    state: tuple[ExpectedState, ...] = ()
    check: Callable[[Observation], str | None] | None = None
    """The user's own judgement: None when all is right, else what is wrong."""
