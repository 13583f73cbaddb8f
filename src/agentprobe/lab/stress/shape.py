"""The shape of a load: stages one after the other, each with so many sessions at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from agentprobe.errors import ConfigError

MOST_AT_ONCE = 2_000
"""More sessions at a time than this are refused: threads and files of one process end before that helps."""


class Kind(StrEnum):
    """How the number of sessions changes."""

    BURST = "burst"
    RAMP = "ramp"
    SOAK = "soak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """So many sessions at a time, a new one as each ends, until enough have begun or time is up."""

    concurrency: int
    sessions: int | None = None
    seconds: float | None = None
    at_once: bool = False
    """Do all begin at the same moment?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The stages of a load; the first is the base by which the others are judged."""

    kind: Kind
    stages: tuple[Stage, ...]

    @property
    def sessions(self) -> int | None:
        """How many there are in all; None where time decides."""
        counts = [stage.sessions for stage in self.stages]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None


def burst(at_once: int, base: int) -> Shape:
    """`base` sessions one after the other, then `at_once` that begin together."""
    _check(at_once)
    loaded = Stage(concurrency=at_once, sessions=at_once, at_once=True)
    return Shape(kind=Kind.BURST, stages=(_alone(base), loaded))


def ramp(levels: Iterable[int], sessions: int) -> Shape:
    """Levels in rising order, each with `sessions` sessions, or as many as run at a time there."""
    rising = sorted(set(levels))
    for level in rising:
        _check(level)
    if not rising:
        raise ConfigError("a ramp needs at least one level, as in --ramp 1,2,4,8")
    stages = (Stage(concurrency=level, sessions=max(sessions, level)) for level in rising)
    return Shape(kind=Kind.RAMP, stages=tuple(stages))


def soak(seconds: float, concurrency: int, base: int) -> Shape:
    """`base` sessions one after the other, then `concurrency` at a time for so long."""
    _check(concurrency)
    return Shape(kind=Kind.SOAK, stages=(_alone(base), Stage(concurrency=concurrency, seconds=seconds)))


def levels_of(text: str) -> tuple[int, ...]:
    """The levels that `1,2,4` names; raises ConfigError for words that are none."""
    try:
        return tuple(int(word) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise ConfigError(f"--ramp takes numbers of sessions, as in 1,2,4,8, not '{text}'") from error


def _alone(sessions: int) -> Stage:
    return Stage(concurrency=1, sessions=sessions)


def _check(at_once: int) -> None:
    if not 1 <= at_once <= MOST_AT_ONCE:
        raise ConfigError(f"{at_once} sessions at a time cannot be had; 1 to {MOST_AT_ONCE:,} can")
