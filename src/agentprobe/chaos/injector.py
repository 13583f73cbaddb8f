"""The injector: the room that lets a schedule's faults strike, and keeps a receipt of each that did."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from agentprobe.chaos._known_tools import KnownTools, no_tools
from agentprobe.chaos._results import copied
from agentprobe.chaos.fault import Fault, Notes, Occasion
from agentprobe.chaos.label import Came, labelled
from agentprobe.chaos.strike import ANY_TOOL, Sighting, Strike, fingerprint
from agentprobe.domain.call import TOLD, Call, Kind, Outcome
from agentprobe.kernel.place import Place
from agentprobe.kernel.walk import walk

if TYPE_CHECKING:
    from agentprobe.chaos.schedule import Schedule
    from agentprobe.kernel.room import Passage
    from agentprobe.kernel.session import MakeRoom, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a fault struck, and what it did."""

    fault: str
    strike: str
    """The strike in the schedule's own words."""
    call: str
    """The id of the call that was struck."""
    site: str
    nth: int
    """The how-manieth call at its site that came to the injector."""
    did: str

    def __str__(self) -> str:
        return f"{self.fault}@{self.call}"


def injectors(schedule: Schedule) -> tuple[MakeRoom, ...]:
    """The rooms that a schedule needs: an injector, or none where nothing is to be disturbed."""
    return (lambda session: Injector(schedule, session),) if schedule else ()


class Injector:
    """A corridor inside the corridor, whose rooms are the faults that strike the call.

    It counts the calls that come to it, so a call that the guard repeats counts again. What the house itself
    asks (`Call.purpose`) is neither counted nor struck. A tool call that only the model traffic tells of is
    over when it comes here: faults that make it wait do not strike it.
    """

    place: ClassVar[Place] = Place.INJECT

    def __init__(self, schedule: Schedule, session: Session, *, label: bool = False) -> None:
        """With `label`, replies that a fault has made or changed say so by a header."""
        self.schedule = schedule
        self._label = label
        self._dice = session.dice
        self._clock = session.clock
        self._began = session.clock.now()
        self._notes = {id(strike): Notes() for strike in schedule.strikes}
        self._own = {id(strike): count(1) for strike in schedule.strikes if strike.counts}
        self._targets: dict[str, _Target] = {}
        self._tools = count(1)
        self._rolls = any(strike.rolls for strike in schedule.strikes)
        self._memory = _Memory() if any(s.fault.remembers for s in schedule.strikes) else None
        self._known = KnownTools() if any(s.fault.names_tools for s in schedule.strikes) else None
        self._lock = threading.Lock()
        self._asked: Counter[tuple[str, str, str]] = Counter()
        self._receipts: list[Receipt] = []

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """One for each fault that struck, in the order in which they did."""
        return tuple(self._receipts)

    @property
    def idle(self) -> tuple[Strike, ...]:
        """The strikes that never did anything: a run says nothing about them."""
        struck = {receipt.strike for receipt in self._receipts}
        return tuple(strike for strike in self.schedule.strikes if str(strike) not in struck)

    def intercept(self, call: Call) -> Passage:
        rooms = self._rooms(call)
        if not rooms and self._known is None:
            return (yield call)
        return (yield from self._led(call, rooms))

    def _led(self, call: Call, rooms: Sequence[Fault | _Memory]) -> Passage:
        if rooms and self._label:
            came = Came()
            outcome = labelled((yield from walk(call, (*rooms, came))), came)
        else:
            outcome = (yield from walk(call, rooms)) if rooms else (yield call)
        if self._known is not None and not call.purpose:
            self._known.note(call, outcome)
        return outcome

    def _rooms(self, call: Call) -> Sequence[Fault | _Memory]:
        site = call.site
        target = self._targets.get(site) or self._targets.setdefault(site, self._target(call))
        told = call.purpose == TOLD
        if not target.strikes or (call.purpose and not told):
            return ()
        nth = next(target.calls)
        if not target.first <= nth <= target.last:
            return ()
        seen = self._note(call, nth)
        strikes = [s for s in target.strikes if not (told and s.fault.waits)]
        hits = [
            self._ready(s, call, seen, due=due)
            for s in strikes
            if (due := self._falls_on(s, call, seen)) or s.fault.follows
        ]
        return [*hits, self._memory] if self._memory and call.kind is Kind.TOOL else hits

    def _falls_on(self, strike: Strike, call: Call, seen: Sighting) -> bool:
        if not strike.counts:
            return strike.falls_on(call, self._dice, seen)
        if not strike.concerns(call):
            return False
        own = seen._replace(nth=next(self._own[id(strike)]))
        return strike.falls_on(call, self._dice, own)

    def _target(self, call: Call) -> _Target:
        strikes = tuple(s for s in self.schedule.strikes if s.aims_at(call))
        if self._rolls or self._memory or not all(_goes_by_number(strike) for strike in strikes):
            return _Target(strikes, count(1))
        first = min((strike.first for strike in strikes), default=1)
        last = max((math.inf if s.last is None else s.last for s in strikes), default=0)
        return _Target(strikes, count(1), first, last)

    def _note(self, call: Call, nth: int) -> Sighting:
        nth_tool = next(self._tools) if call.kind is Kind.TOOL else 0
        seconds = self._clock.now() - self._began
        if not self._rolls:
            return Sighting(nth, nth_tool, seconds=seconds)
        asked = fingerprint(call)
        with self._lock:
            again = self._asked[call.site, call.path, asked]
            self._asked[call.site, call.path, asked] += 1
        return Sighting(nth, nth_tool, asked, again, seconds)

    def _ready(self, strike: Strike, call: Call, seen: Sighting, *, due: bool) -> Fault:
        def tell(did: str) -> None:
            self._receipts.append(
                Receipt(
                    fault=strike.fault.name,
                    strike=str(strike),
                    call=call.id,
                    site=call.site,
                    nth=seen.nth,
                    did=did,
                )
            )

        before = self._memory.last(call) if self._memory else None
        return strike.fault.on(
            Occasion(
                dice=self._dice,
                address=("how", *strike.address(call, seen)),
                earlier=before[1] if before else None,
                asked_earlier=before[0] if before else None,
                tell=tell,
                notes=self._notes[id(strike)],
                clock=self._clock,
                tools=self._known or no_tools,
                due=due,
            )
        )


class _Target(NamedTuple):
    """A site: the strikes that are aimed at it, and the numbers of its calls to come."""

    strikes: tuple[Strike, ...]
    calls: Iterator[int]
    first: float = 0
    """Before this call of the site, and behind `last`, nothing can strike."""
    last: float = math.inf


def _goes_by_number(strike: Strike) -> bool:
    """Does nothing but the number of the call at its site say whether it strikes?"""
    timed = strike.each is not None or strike.since is not None
    return not (timed or strike.counts or strike.fault.follows or strike.site == ANY_TOOL)


class _Memory:
    """What each tool answered last, as the world gave it."""

    place: ClassVar[Place] = Place.INJECT

    def __init__(self) -> None:
        self._answers: dict[str, tuple[Any, Outcome]] = {}

    def last(self, call: Call) -> tuple[Any, Outcome] | None:
        """What the tool that is called was last asked, and its good answer to that."""
        return self._answers.get(call.name)

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        if outcome.ok:
            self._answers[call.name] = copied(call.request), replace(outcome, value=copied(outcome.value))
        return outcome
