"""A session: one run of one agent, with its seed, its clock and its corridor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentprobe.basis.clock import Clock, RealClock
from agentprobe.basis.dice import Dice
from agentprobe.kernel.boundary import Boundary

if TYPE_CHECKING:
    from agentprobe.kernel.room import Interceptor

MakeRoom = Callable[["Session"], "Interceptor"]
"""Builds a fresh room for a session; what outlives sessions is inside, and has a lock."""


class Session:
    """One run of one agent; it owns one boundary and yields one trace."""

    def __init__(
        self,
        id: str,
        *,
        rooms: Iterable[MakeRoom] = (),
        seed: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self.id = id
        self.seed = seed
        self.clock = clock or RealClock()
        self.dice = Dice(seed)
        self.boundary = Boundary([make(self) for make in rooms], self.clock)


@dataclass(frozen=True, slots=True)
class Setup:
    """A corridor's plan: which rooms each session gets; it never changes and builds all anew."""

    rooms: tuple[MakeRoom, ...] = ()

    def open(self, id: str, *, seed: int = 0, clock: Clock | None = None) -> Session:
        """Begin a session with fresh rooms."""
        return Session(id, rooms=self.rooms, seed=seed, clock=clock)
