"""Suites: which faults are tried together under one word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import FAULTS, Fault
from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import Strike
from agentprobe.errors import ConfigError, did_you_mean


def _of(*families: Family) -> Callable[[type[Fault]], bool]:
    return lambda fault: fault.family in families


SUITES: Mapping[str, Callable[[type[Fault]], bool]] = MappingProxyType(
    {
        "ci": lambda fault: fault.telling,
        "transport": _of(Family.TRANSPORT, Family.PROVIDER, Family.STREAM),
        "tools": _of(Family.TOOL, Family.DELIVERY, Family.DATA, Family.CLOCK),
        "context": _of(Family.MODEL, Family.CONTEXT, Family.SETTINGS),
        "security": _of(Family.SECURITY),
        "stress": _of(Family.LOAD),
        "everything": lambda fault: True,
    }
)
"""What each word stands for; `ci` holds the few that every change of an agent should stand."""


def forms_of(suite: str) -> tuple[Fault, ...]:
    """The forms of all faults of a suite; of `ci` one form each. Raises ConfigError for an unknown word."""
    if suite not in SUITES:
        raise ConfigError(f"unknown suite '{suite}'{did_you_mean(suite, SUITES)}")
    chosen = (fault for fault in FAULTS if SUITES[suite](fault))
    if suite == "ci":
        return tuple(fault.variants()[0] for fault in chosen)
    return tuple(form for fault in chosen for form in fault.variants())


def named(words: Iterable[str], where: str) -> tuple[tuple[Fault, ...], tuple[Strike, ...]]:
    """Faults by name, in all their forms, and strikes as they stand; raises ConfigError for others."""
    forms: list[Fault] = []
    strikes: list[Strike] = []
    for word in words:
        if "@" in word:
            strikes += Schedule.parse(word, where).strikes
        else:
            forms += FAULTS.get(word, where).variants()
    return tuple(forms), tuple(strikes)
