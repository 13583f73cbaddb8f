"""What a chaos campaign can be told, as people write it under [chaos] in agentprobe.toml."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from agentprobe.domain.reaction import HARMLESS, Reaction
from agentprobe.lab.part import Part, Reference

Count = Annotated[int, Meta(ge=1)]


class Rule(Part, frozen=True, kw_only=True):
    """An invariant: what must hold in every run, whatever strikes."""

    name: str
    """What it is called in reports."""
    never: tuple[str, ...] = ()
    """Tools that no run may carry out."""
    at_most: dict[str, int] = msgspec.field(default_factory=dict)
    """How often a tool may be carried out in a run, at most."""
    after: dict[str, str] = msgspec.field(default_factory=dict)
    """A tool, and another one that must have been called before it."""
    lacks: tuple[str, ...] = ()
    """Words that no answer may hold."""
    matches: str | None = None
    """A regular expression that every answer must match, where there is one."""
    check: Reference | None = None
    """`module:function`, called with an Observation; returns what is wrong, or nothing."""


class ChaosSettings(Part, frozen=True, kw_only=True):
    """How an agent is disturbed, and what it may make of it."""

    suite: str = "ci"
    """Which faults are tried: `ci`, `transport`, `tools`, `context`, `security`, `stress` or `everything`."""
    faults: tuple[str, ...] = ()
    """Faults to try instead of a suite's, by name or as strikes such as `cut_stream@model:2`."""
    tolerated: tuple[Reaction, ...] = HARMLESS
    """What an agent may make of a fault; everything else is a finding."""
    tasks: Count = 3
    """On how many of the tasks each fault is tried."""
    repetitions: Count = 1
    """How often each single fault is tried on each of them."""
    baseline: Count = 3
    """How often each task is run without faults first; all of these runs must pass."""
    strength: Annotated[int, Meta(ge=1, le=3)] = 2
    """How many faults together are covered: 1 for singles alone, 2 for pairs, 3 for triples."""
    together: Annotated[int, Meta(ge=2, le=32)] = 16
    """How many faults one run stands at most; fewer where runs do not bear so many."""
    runs: Count = 2_000
    """The budget in runs."""
    tokens: Count | None = None
    """The budget in tokens."""
    dollars: Annotated[float, Meta(gt=0)] | None = None
    """The budget in money, by the dated table of prices."""
    minutes: Annotated[float, Meta(gt=0)] | None = 60.0
    """The budget in real time."""
    injections: Count | None = None
    """How many faults may strike in all."""
    cap_seconds: Annotated[float, Meta(gt=0)] = 30.0
    """A run in real time that takes longer than this is ended; on virtual time it says nothing."""
    overspent: Annotated[float, Meta(gt=1)] = 5.0
    """So many times the model calls, tokens or seconds of an undisturbed run are too many."""
    restarts: Annotated[int, Meta(ge=0)] = 1
    """How often an agent that a fault has killed is started again."""
    label: bool = True
    """Are replies that a fault has made or changed marked by a header, so that monitoring can tell?"""
    environments: tuple[str, ...] = ("", "dev", "development", "local", "test", "testing", "ci", "staging")
    """Where it may run, by AGENTPROBE_ENV, ENVIRONMENT, APP_ENV or ENV; an empty word is for none of them."""
    rule: tuple[Rule, ...] = ()
    """Invariants of the project."""
