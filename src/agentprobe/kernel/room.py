"""What a room of the corridor is, and the three things it may ask for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol

from agentprobe.domain.call import Call, Outcome
from agentprobe.kernel.place import Place


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Do:
    """Run a function that touches the world beside the call; its result comes back as an Outcome."""

    act: Callable[[], Any]


Step = Call | Wait | Do
Passage = Generator[Step, Outcome, Outcome]
"""A call's way through a room: yields steps, is sent outcomes, returns the outcome."""


class Interceptor(Protocol):
    """A room: one generator, the same for synchronous and asynchronous agents.

    What stands above `yield call` happens on the way in, what stands below it on the way out. A room that
    must have a streamed answer whole before the agent sees any of it yields `call.hold()`.
    """

    @property
    def place(self) -> Place: ...

    def intercept(self, call: Call) -> Passage: ...
