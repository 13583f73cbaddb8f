"""A setting as it comes out in the end, and where it comes from."""

from __future__ import annotations

from typing import Any

import msgspec

from agentprobe.scan.facts import Facts, ModelCall
from agentprobe.scan.finding import Origin, Place
from agentprobe.scan.severity import Tier


class Resolved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One effective value. Unknown, or known to be set to `value`, or known to be set by nobody."""

    value: Any = None
    """Seconds, attempts, steps, tokens, a temperature, a model's name; None: there is none."""
    known: bool = False
    """Is it known what holds?"""
    given: bool = False
    """Does the project say it, rather than a library or a provider?"""
    source: str = ""
    """Where it comes from, in words."""
    place: Place | None = None
    tier: Tier = Tier.INFERRED
    others: tuple[Resolved, ...] = ()
    """What else it may be: by other callers, branches or settings files."""

    @property
    def every(self) -> tuple[Resolved, ...]:
        """It and what else it may be."""
        return (msgspec.structs.replace(self, others=()), *self.others)

    @property
    def number(self) -> float | None:
        """Its value as a number; None where it is none or unknown."""
        return as_number(self.value)

    @property
    def unset(self) -> bool:
        """Is it known that the project sets none?"""
        return self.known and not self.given

    def origin(self, name: str, value: str) -> Origin:
        """It as the origin of a finding."""
        return Origin(name=name, value=value, source=self.source, place=self.place)


class Worst(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one call may cost at most, and how that is counted; None where nobody can say."""

    seconds: float | None = None
    requests: int | None = None
    dollars: float | None = None
    endless: bool = False
    """Does something repeat it without an end?"""
    words: str = ""
    """The arithmetic: "600 s x 3 attempts x 5 (tenacity.retry) = 2 h 30 min, 15 requests"."""


class Outer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something around a call that repeats it after a failure."""

    by: str
    place: Place
    attempts: int | None = None
    """None: unknown, or without an end."""
    endless: bool = False
    tier: Tier = Tier.PROVED


class Effective(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a model with what holds for it in the end."""

    call: ModelCall
    facts: Facts
    """The file that it stands in."""
    package: str
    """The distribution whose defaults hold."""
    model: Resolved
    temperature: Resolved
    cap: Resolved
    """Tokens of one answer."""
    timeout: Resolved
    """Seconds of one attempt."""
    attempts: Resolved
    """The first and its retries, within the client."""
    steps: Resolved
    """Of an agent that loops by itself; `known` and None where there is no limit."""
    deadline: Resolved
    """Seconds that something around the call waits at most, for all attempts."""
    outer: tuple[Outer, ...] = ()
    """What repeats it, from the inside outward."""
    made_only: bool = False
    """Is `call` only the making of a model or agent, whose calls were not found?"""
    worst: Worst = Worst()


NOBODY = Resolved(known=True, source="not set", tier=Tier.PROVED)
UNKNOWN = Resolved(source="unknown")


def as_number(value: Any) -> float | None:
    """A number, or text that is one, as a number; truths are none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value.strip())
        except ValueError:
            return None
    return None
