"""Calls that a fault has put off: what a tool was asked and has still to do."""

from __future__ import annotations

from collections.abc import Mapping

from agentprobe.chaos.fault import Notes
from agentprobe.domain.call import TOLD, Call, Effect, Outcome


def writes_here(call: Call) -> bool:
    """Does the call change the world, and is it led through the corridor itself?

    What only the model traffic tells of has been done already when it comes here.
    """
    return call.effect is Effect.WRITE and call.purpose != TOLD


def put_off(notes: Notes, call: Call) -> None:
    """Keep a call to be carried out at a later one of the same tool."""
    with notes.lock:
        notes.setdefault(call.name, []).append(call)


def due_with(notes: Notes, call: Call) -> Call | None:
    """The oldest call that is still owed and can be carried out where this one is; it is owed no more."""
    with notes.lock:
        owed: list[Call] = notes.get(call.name, [])
        place = next((place for place, one in enumerate(owed) if _fits(one, call)), None)
        return None if place is None else owed.pop(place)


def _fits(owed: Call, call: Call) -> bool:
    """Can it be carried out in the other's place?

    A tool server is asked with its arguments alone. A function is called with the other's, changed by name:
    what the owed call does not name would stay in them.
    """
    if owed.via != call.via:
        return False
    if owed.via:
        return True
    mappings = isinstance(owed.request, Mapping) and isinstance(call.request, Mapping)
    return mappings and set(call.request) <= set(owed.request)


def said_of(done: Outcome) -> str:
    """What came of a call that was carried out at another time than its caller believes."""
    return "" if done.error is None else f" and failed: {done.error}"
