"""A strike: which fault hits which calls."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from agentprobe.basis.canonical import digest, digest_of
from agentprobe.chaos._settings import changed_settings, spelled
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Kind
from agentprobe.domain.wire import HttpRequest
from agentprobe.errors import Malformed

if TYPE_CHECKING:
    from agentprobe.basis.dice import Dice
    from agentprobe.chaos.fault import Fault
    from agentprobe.domain.call import Call

MODEL = "model"
ANY_TOOL = "tool"
PLAIN_NAME = re.compile(r'(?!(?:\d+(?:-\d+|\+)?)(?=[\s,~]|\Z))[^\s:,~@()"]+')
"""Tool names that need no quotes: they hold no sign of the grammar and do not look like a number of calls."""


class Sighting(NamedTuple):
    """What is known of a call when it comes to the injector."""

    nth: int = 1
    """The how-manieth call at its site (`model`, `tool:NAME`) that came to the injector, from 1."""
    nth_tool: int = 1
    """The how-manieth call of any tool."""
    fingerprint: str = ""
    """The digest of what was asked."""
    again: int = 0
    """How often the same was asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One fault, where it strikes, at which of the calls there, and how likely."""

    fault: Fault
    site: str = MODEL
    """`model`, `tool` for any tool, or `tool:NAME`."""
    first: int = 1
    last: int | None = None
    """Up to which call; None for all that follow."""
    probability: float = 1.0

    def hits(self, call: Call, dice: Dice, seen: Sighting) -> bool:
        """Does it strike this call?"""
        return self.aims_at(call) and self.falls_on(call, dice, seen)

    def falls_on(self, call: Call, dice: Dice, seen: Sighting) -> bool:
        """Does it strike this call at the site that it is aimed at?

        Chance has an address made of the fault, the call's site and path, its request and how often the
        same was asked before, so that the answer does not depend on what else happens at the same time.
        """
        nth = seen.nth_tool if self.site == ANY_TOOL else seen.nth
        if nth < self.first or (self.last is not None and nth > self.last):
            return False
        return self.probability >= 1 or dice.chance(self.probability, *self.address(call, seen))

    def aims_at(self, call: Call) -> bool:
        """Does the call go where it strikes?"""
        return self.site == call.site or (self.site == ANY_TOOL and call.kind is Kind.TOOL)

    def address(self, call: Call, seen: Sighting) -> tuple[object, ...]:
        """Where this strike throws its dice for a call."""
        return ("strike", self.fault.name, call.site, call.path, seen.fingerprint, seen.again)

    @property
    def rolls(self) -> bool:
        """Has chance a say in whether it strikes, or in how?"""
        return self.probability < 1 or self.fault.rolls

    @property
    def at(self) -> str:
        """Where, when and how likely, as it is written behind the @."""
        chance = "" if self.probability >= 1 else f"~{self.probability!r}"
        return _spelled_site(self.site) + self._spelled_calls() + chance

    def _spelled_calls(self) -> str:
        if self.last is None:
            return "" if self.first == 1 else f":{self.first}+"
        return f":{self.first}" if self.first == self.last else f":{self.first}-{self.last}"

    def __str__(self) -> str:
        settings = ", ".join(
            f"{name}={spelled(value)}" for name, value in changed_settings(self.fault).items()
        )
        return f"{self.fault.name}{f'({settings})' if settings else ''}@{self.at}"


def _spelled_site(site: str) -> str:
    kind, separator, name = site.partition(":")
    if not separator or PLAIN_NAME.fullmatch(name):
        return site
    return f"{kind}:{json.dumps(name, ensure_ascii=False)}"


def fingerprint(call: Call) -> str:
    """The digest of what a call asks; equal requests have equal ones."""
    if isinstance(call.request, HttpRequest):
        return digest(_readable(call.request))
    try:
        return digest_of(call.request)
    except (TypeError, ValueError):  # arguments that have no JSON: their names and types must do
        return digest(repr(_outline(call.request)))


def _readable(request: HttpRequest) -> bytes:
    try:
        return plain_request(request)
    except Malformed:
        return request.body


def _outline(request: object) -> object:
    if isinstance(request, dict):
        return sorted((str(name), type(value).__name__) for name, value in request.items())
    return type(request).__name__
