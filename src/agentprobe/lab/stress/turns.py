"""Whose turn it is: gives each slot of a stage the next session's number until there is to be no more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from agentprobe.basis.clock import Clock
from agentprobe.lab.stress.shape import Stage


@dataclass
class Turns:
    """The sessions of one stage; shared by its slots."""

    stage: Stage
    numbers: Iterator[int]
    """The numbers of all sessions of the load."""
    clock: Clock
    barred: Callable[[], bool]
    """May no further session begin?"""
    given: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._began = self.clock.now()

    def next(self) -> int | None:
        """The number of the next session; None where there is to be no further one."""
        with self._lock:
            if self._over or self.barred():
                return None
            self.given += 1
            return next(self.numbers)

    @property
    def _over(self) -> bool:
        stage = self.stage
        if stage.sessions is not None and self.given >= stage.sessions:
            return True
        return stage.seconds is not None and self.clock.now() - self._began >= stage.seconds
