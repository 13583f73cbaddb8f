"""What the analyst has to say: of each way of failing whether it is there, what shows it, what mends it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from agentprobe.scan.severity import Mode, Severity

SIX = (
    Mode.TEMPERATURE_DRIFT,
    Mode.CONTEXT_OVERFLOW,
    Mode.TOKEN_LIMIT,
    Mode.PROMPT_DRIFT,
    Mode.API_LATENCY,
    Mode.RACE_CONDITION,
)
"""The ways of failing that are looked for, in the order in which they are told."""


class Presence(StrEnum):
    """Is a way of failing there?"""

    PRESENT = "present"
    ABSENT = "absent"
    """It could have been seen, and was not."""
    NOT_OBSERVED = "not observed"
    """Nothing that was given can show it, or show that it is not there."""


class Speaker(StrEnum):
    """On whose word a piece of evidence stands."""

    TRACE = "trace"
    SCAN = "scan"
    DESCRIPTION = "description"
    MODEL = "model"


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that speaks for a way of failing."""

    says: Speaker
    text: str
    severity: Severity = Severity.LOW
    where: str = ""
    """The call of a trace, the place in the code, or the text that is quoted."""
    quote: str = ""
    """Words of the input, exactly as they stand there."""
    shows: bool = True
    """Does it show the failure? Otherwise it is told beside: seen, and handled."""
    steps: tuple[str, ...] = ()
    fix: str = ""


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """In how many runs a way of failing showed itself, with the interval of the rate at 95 %."""

    shown: int
    runs: int
    """Those in which it could have been seen."""
    low: float
    high: float


class ModeFound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the six."""

    mode: Mode
    presence: Presence
    severity: Severity | None = None
    """None where it is not present."""
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    """What was looked at without a finding, or why nothing can be said."""
    steps: tuple[str, ...] = ()
    fix: str = ""
    shares: Shares | None = None

    @property
    def present(self) -> bool:
        """Is it there?"""
        return self.presence is Presence.PRESENT

    @property
    def speakers(self) -> tuple[Speaker, ...]:
        """Who says that it is there."""
        said = {one.says for one in self.evidence if one.shows}
        return tuple(speaker for speaker in Speaker if speaker in said)


class Struck(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a model claimed and that was struck out."""

    mode: str
    text: str
    why: str


class Analysis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of it."""

    agentprobe: str = "analysis"
    version: int = 1
    modes: tuple[ModeFound, ...]
    summary: str
    priority_fixes: tuple[str, ...] = ()
    model: str = ""
    """The model that added to it; empty where none did."""
    struck: tuple[Struck, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, mode: Mode) -> ModeFound:
        """What is said of one way of failing."""
        return next(found for found in self.modes if found.mode is mode)

    @property
    def present(self) -> tuple[ModeFound, ...]:
        """The ways of failing that are there, worst first."""
        there = [found for found in self.modes if found.present]
        return tuple(sorted(there, key=lambda found: -(found.severity or Severity.INFO).rank))

    @property
    def exit_code(self) -> int:
        """0 nothing is there, 1 something is, 3 there is not enough to say anything."""
        if self.present:
            return 1
        return 3 if all(found.presence is Presence.NOT_OBSERVED for found in self.modes) else 0
