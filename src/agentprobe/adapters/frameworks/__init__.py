"""Agent frameworks by their own hooks, with no change to the agent: tools where they run, state as kept."""

from __future__ import annotations

from functools import cache

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.basis.catalogue import Catalogue
from agentprobe.trace.records import Way

FRAMEWORKS: Catalogue[Framework] = Catalogue(
    package="agentprobe.adapters.frameworks", kind=Framework, noun="framework"
)


@cache
def _all() -> tuple[Framework, ...]:
    return tuple(kind() for kind in FRAMEWORKS)


def install() -> None:
    """Have every framework that is imported, now or later, lead its tools through the current session.

    Without a session its tools do what they always did. A second time does nothing.
    """
    for framework in _all():
        framework.install()


def uninstall() -> None:
    """Give the frameworks their own functions back."""
    for framework in _all():
        framework.uninstall()


def ways() -> tuple[Way, ...]:
    """Of every framework that was imported, whether its hooks are in place, and if not, why."""
    return tuple(way for framework in _all() if (way := framework.way) is not None)
