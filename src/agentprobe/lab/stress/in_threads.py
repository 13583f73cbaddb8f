"""Sessions as threads: for synchronous callables, and for commands, each in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from agentprobe.lab.stress.shape import Stage
from agentprobe.lab.stress.turns import Turns

if TYPE_CHECKING:
    from agentprobe.lab.stress.carrying import Carrier, Ready

LOOK_SECONDS = 0.05
"""How often it is seen whether a session takes too long."""


def carried_in_threads(carrier: Carrier, stages: Iterable[tuple[Stage, Turns]]) -> None:
    """Carry out stages one after the other."""
    for stage, turns in stages:
        _Stage(carrier, stage, turns).carry()


class _Stage:
    """One stage: slots that each carry out one session after the other."""

    def __init__(self, carrier: Carrier, stage: Stage, turns: Turns) -> None:
        self._carrier = carrier
        self._stage = stage
        self._turns = turns
        self._slots: dict[int, threading.Thread] = {}
        """The threads at work; those that hang in a session which was given up are not among them."""
        self._at: dict[int, int] = {}
        """Which slot carries out which session."""
        self._failed: list[BaseException] = []
        self._lock = threading.Lock()

    def carry(self) -> None:
        """Carry it out; raises what one of the house's own parts has raised."""
        together = list(self._together()) if self._stage.at_once else []
        start = threading.Barrier(len(together)) if together else None
        for slot in range(len(together) or self._stage.concurrency):
            first = together[slot] if together else None
            self._begin(slot, first, start)
        while working := [thread for thread in self._slots.values() if thread.is_alive()]:
            working[0].join(LOOK_SECONDS)
            self._give_up_what_hangs()
        if self._failed:
            raise self._failed[0]

    def _together(self) -> Iterator[Ready]:
        """Sessions that are to begin at the same moment, all made ready before."""
        while (number := self._turns.next()) is not None:
            yield self._carrier.ready(number)

    def _begin(self, slot: int, first: Ready | None = None, start: threading.Barrier | None = None) -> None:
        thread = threading.Thread(
            target=self._work, args=(slot, first, start), name=f"agentprobe-slot-{slot}", daemon=True
        )
        self._slots[slot] = thread
        thread.start()

    def _work(self, slot: int, first: Ready | None, start: threading.Barrier | None) -> None:
        try:
            if first is not None and start is not None:
                start.wait()
                if not self._session(slot, first):
                    return
            while (number := self._turns.next()) is not None:
                if not self._session(slot, self._carrier.ready(number)):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the stage is led
            self._failed.append(error)

    def _session(self, slot: int, ready: Ready) -> bool:
        """Carry one out; False where it was given up meanwhile, and another thread has the slot."""
        carrier = self._carrier
        with self._lock:
            self._at[ready.number] = slot
        carrier.begin(ready.number)
        goes_on = carrier.end(ready.number, carrier.ended(ready), ready)
        with self._lock:
            self._at.pop(ready.number, None)
        return goes_on

    def _give_up_what_hangs(self) -> None:
        carrier = self._carrier
        for number in () if carrier.is_command else carrier.overdue():
            with self._lock:
                slot = self._at.get(number)
            if slot is not None and carrier.end(number, carrier.overran):
                self._begin(slot)
