"""The label: faulted traffic says that it is, so that other machinery does not react to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from agentprobe.domain.call import Call, Outcome
from agentprobe.domain.wire import HttpReply
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage

HEADER = "x-agentprobe-fault"
"""The header of a reply that a fault has made or changed; it names the fault."""
VARIABLE = "AGENTPROBE_CHAOS"
"""The variable by which an agent and its tools can tell that their world is disturbed."""
_FAULT = "fault:"


class Came:
    """The innermost room of a struck call: what the world gave, before any fault changed it."""

    place: ClassVar[Place] = Place.INJECT

    def __init__(self) -> None:
        self.value: object = None

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        self.value = outcome.value
        return outcome


def labelled(outcome: Outcome, came: Came) -> Outcome:
    """The outcome with a label where a fault has made or changed the reply; all else is as it was.

    What the agent has already begun to read is never changed: a reply that passed live is the world's own.
    """
    reply = outcome.value
    names = _names(outcome.marks)
    if not names or not isinstance(reply, HttpReply) or reply is came.value:
        return outcome
    headers = (*reply.headers, (HEADER, ", ".join(names)))
    return replace(outcome, value=replace(reply, headers=headers))


def _names(marks: Sequence[str]) -> list[str]:
    return [mark.removeprefix(_FAULT) for mark in marks if mark.startswith(_FAULT)]
