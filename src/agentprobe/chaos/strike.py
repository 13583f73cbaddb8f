"""A strike: which fault hits which calls."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from agentprobe.basis.canonical import canonical, digest, digest_of
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
STATE = "state"
CALLS = r"(?:\d+(?:-\d+|\+|x)?|\d+(?:\.\d+)?s(?:-\d+(?:\.\d+)?s|\+))"
"""Which calls: by number (`2`, `2-4`, `2+`), the first of each request (`2x`), by time (`5s-30s`)."""
PLAIN_NAME = re.compile(rf'(?!{CALLS}(?=[\s,~]|\Z))[^\s:,~@()\[\]"]+')
"""Tool names that need no quotes: they hold no sign of the grammar and do not look like a number of calls."""


PLAIN_ABOUT = re.compile(r'[^\s\[\]"](?:[^\[\]"]*[^\s\[\]"])?')
"""Texts in brackets that need no quotes."""


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
    seconds: float = 0.0
    """How long the session has lasted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One fault, where it strikes, at which of the calls there, and how likely."""

    fault: Fault
    site: str = MODEL
    """`model`, `tool` for any tool, `tool:NAME`, or `state:METHOD` for what a tool server is asked else."""
    path: str = ""
    """The names of the calls in which it must happen, outermost first, joined by `/`; `*` stands for any."""
    about: str = ""
    """A text that the request must hold."""
    first: int = 1
    last: int | None = None
    """Up to which call; None for all that follow."""
    each: int | None = None
    """Of each request the first so many times that it is asked; then the world has recovered."""
    since: float | None = None
    """Seconds from the session's beginning at which it starts; then `first` and `last` say nothing."""
    until: float | None = None
    probability: float = 1.0

    def hits(self, call: Call, dice: Dice, seen: Sighting) -> bool:
        """Does it strike this call?"""
        return self.aims_at(call) and self.falls_on(call, dice, seen)

    def falls_on(self, call: Call, dice: Dice, seen: Sighting) -> bool:
        """Does it strike this call at the site that it is aimed at?

        Chance has an address made of the fault, the call's site and path, its request and how often the
        same was asked before, so that the answer does not depend on what else happens at the same time.
        """
        if not self._is_time(seen):
            return False
        return self.probability >= 1 or dice.chance(self.probability, *self.address(call, seen))

    def _is_time(self, seen: Sighting) -> bool:
        if self.since is not None:
            return seen.seconds >= self.since and (self.until is None or seen.seconds < self.until)
        if self.each is not None:
            return seen.again < self.each
        nth = seen.nth_tool if self.site == ANY_TOOL and not self.counts else seen.nth
        return nth >= self.first and (self.last is None or nth <= self.last)

    def aims_at(self, call: Call) -> bool:
        """Does the call go where it strikes?"""
        return self.site == call.site or (self.site == ANY_TOOL and call.kind is Kind.TOOL)

    def concerns(self, call: Call) -> bool:
        """Is it asked in the place, and about the matter, that the strike names?"""
        return (not self.path or _lies_in(call.path, self.path)) and (
            not self.about or self.about in _asked(call)
        )

    def address(self, call: Call, seen: Sighting) -> tuple[object, ...]:
        """Where this strike throws its dice for a call."""
        return ("strike", self.fault.name, call.site, call.path, seen.fingerprint, seen.again)

    @property
    def counts(self) -> bool:
        """Does it count only calls of a certain place or about a certain matter, and so for itself?"""
        return bool(self.path or self.about)

    @property
    def rolls(self) -> bool:
        """Must be known what a call asks: does chance have a say, or how often the same was asked?"""
        return self.probability < 1 or self.each is not None or self.fault.rolls

    @property
    def at(self) -> str:
        """Where, when and how likely, as it is written behind the @."""
        path = f"{self.path}/" if self.path else ""
        about = f"[{_spelled_about(self.about)}]" if self.about else ""
        chance = "" if self.probability >= 1 else f"~{self.probability!r}"
        return path + _spelled_site(self.site) + about + self._spelled_calls() + chance

    def _spelled_calls(self) -> str:
        if self.since is not None:
            return f":{spelled(self.since)}s" + ("+" if self.until is None else f"-{spelled(self.until)}s")
        if self.each is not None:
            return f":{self.each}x"
        if self.last is None:
            return "" if self.first == 1 else f":{self.first}+"
        return f":{self.first}" if self.first == self.last else f":{self.first}-{self.last}"

    def __str__(self) -> str:
        settings = ", ".join(
            f"{name}={spelled(value)}" for name, value in changed_settings(self.fault).items()
        )
        return f"{self.fault.name}{f'({settings})' if settings else ''}@{self.at}"


def _lies_in(path: str, wanted: str) -> bool:
    return fnmatchcase(path, wanted) or fnmatchcase(path, f"*/{wanted}")


def _asked(call: Call) -> str:
    """What a call asks, as text."""
    if isinstance(call.request, HttpRequest):
        return _readable(call.request).decode("utf-8", "replace")
    try:
        return canonical(call.request).decode()
    except (TypeError, ValueError):
        return repr(call.request)


def _spelled_about(about: str) -> str:
    return about if PLAIN_ABOUT.fullmatch(about) else json.dumps(about, ensure_ascii=False)


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
