"""The tool call that is being carried out in this thread or task, so that whoever meets it again knows it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from agentprobe.domain.call import NO_EFFECT, Call, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A tool call on its way: announced by a framework, led into the corridor by whoever meets it first."""

    name: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """As plain values."""
    ref: str = ""
    """The provider's id of the tool call, where a framework knows it."""
    led: bool = False
    """Has it entered the corridor?"""

    def is_same(self, name: str, arguments: Mapping[str, Any]) -> bool:
        """Is it this very call, met again one layer further in? A layer may have added defaults."""
        if not self.led or self.name != name:
            return False
        fewer, more = sorted((self.arguments, arguments), key=len)
        return all(key in more and more[key] == value for key, value in fewer.items())


class Carried:
    """A tool's work under way."""

    def __init__(self) -> None:
        self.unchanged = False

    def came(self, value: Any) -> Any:
        """What the tool gave, with what it said of its effect."""
        return Outcome(value=value, marks=(NO_EFFECT,)) if self.unchanged else value


_asked: ContextVar[Asked | None] = ContextVar("agentprobe_asked", default=None)
_carried: ContextVar[Carried | None] = ContextVar("agentprobe_carried", default=None)


@contextmanager
def carrying_out(call: Asked) -> Generator[Carried, None, None]:
    """While this block runs, `call` is the one being carried out here."""
    carried = Carried()
    token, own = _asked.set(call), _carried.set(carried)
    try:
        yield carried
    finally:
        _asked.reset(token)
        _carried.reset(own)


def unchanged() -> None:
    """Say, from within a tool, that this call changes nothing: what it is meant for was done before.

    A tool that knows a repeated write by its key says so here; the effect ledger then counts the effect
    once. Outside a tool nothing happens.
    """
    carried = _carried.get()
    if carried is not None:
        carried.unchanged = True


def announced_ref() -> str:
    """The id of the call that a framework has announced and nobody has led yet; empty when there is none."""
    call = _asked.get()
    return call.ref if call is not None and not call.led else ""


def is_under_way(name: str, arguments: Mapping[str, Any]) -> bool:
    """Is this call already in the corridor, led there by an outer layer?"""
    call = _asked.get()
    return call is not None and call.is_same(name, arguments)


def under_way(call: Call) -> Asked:
    """How a call that is in the corridor looks to the layers further in."""
    return Asked(name=call.name, arguments=call.request, ref=call.ref, led=True)
