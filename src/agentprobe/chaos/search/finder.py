"""A campaign as questions and answers: it says what to run next, and whoever asks runs it as they like."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Generic, TypeVar

from agentprobe.basis.dice import Dice
from agentprobe.chaos.search.covering import Coverage, Covering, Together
from agentprobe.chaos.search.sequential import CERTAIN, Noise
from agentprobe.chaos.search.shrink import Shrinker
from agentprobe.chaos.search.width import Width
from agentprobe.errors import ConfigError

Item = TypeVar("Item", bound=Hashable)

AT_MOST = 16
"""How many faults one row strikes, while a run bears them; see `benchmarks/search.py` for what it saves."""


class Purpose(StrEnum):
    """Why a set is run."""

    SINGLE = "single"
    """One fault alone: does it break the agent, does it end the run?"""
    ROW = "row"
    """Several faults that survived alone, to cover many combinations with one run."""
    SHRINK = "shrink"
    """Part of a set that failed: does the part suffice?"""
    CONFIRM = "confirm"
    """A set that failed, once more: was it chance?"""


@dataclass(frozen=True, slots=True)
class Order(Generic[Item]):
    """One run that the campaign wants."""

    number: int
    """Counts the orders of a campaign, from 1."""
    purpose: Purpose
    items: tuple[Item, ...]
    """What to strike, in the order of the campaign's items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Generic[Item]):
    """What came of one run."""

    failed: bool
    """Was the goal missed?"""
    fired: frozenset[Item]
    """Which of the ordered faults really changed something."""
    stopped: bool = False
    """Did the run end because of a fault, so that whatever would have come later was not reached?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Generic[Item]):
    """A smallest failing set: it breaks the agent, and without any one of its faults it does not."""

    items: tuple[Item, ...]
    found: int
    """The number of the order that failed first."""
    runs: int
    """How many further runs it took to make the set small."""
    proved: bool = True
    """False: it fails, but with verdicts so noisy no smaller set stood up, and it may not be the smallest."""


@dataclass(slots=True, eq=False)
class _Suspect(Generic[Item]):
    """A run that failed, and the shrinker that asks what in it is to blame."""

    order: Order[Item]
    fired: frozenset[Item]
    shrinker: Shrinker[Item]
    asked: int = 0
    """How many runs of the shrinker's set are under way."""


class Finder(Generic[Item]):
    """Find the smallest failing sets of a catalogue of faults.

    First each fault alone. Whoever fails is a finding; whoever ends the run is set apart, because it would
    hide what comes later; nobody of these is struck again. Then rows of the survivors, until every two of
    them (every three, with `strength=3`) were seen together. Each row that fails is made small at once, and
    no further row holds what was found.

    Each fault must be able to fire anew in each run, and a run without faults must succeed.
    """

    def __init__(
        self,
        items: Iterable[Item],
        dice: Dice,
        *,
        strength: int = 2,
        at_most: int = AT_MOST,
        together: Together[Item] | None = None,
        noise: Noise = CERTAIN,
        patience: int = 3,
        singles: bool = True,
    ) -> None:
        """`together` says whether two faults can be struck in one run, `noise` how far a verdict is trusted.

        Without `singles` the rows come at once, for faults of which it is known that none ends a run alone.
        """
        self.items = tuple(dict.fromkeys(items))
        self._dice = dice
        self._noise = noise
        self._strengths = list(range(2, strength + 1))
        self._cover = partial(Covering[Item], at_most=at_most, together=together, patience=patience)
        self._width = Width(limit=at_most, least=2)
        self._covering: Covering[Item] | None = None
        self._singles = deque(self.items if singles else ())
        self._killers: set[Item] = set()
        self._findings: list[Finding[Item]] = []
        self._held: list[tuple[tuple[Item, ...], frozenset[Item]]] = []
        self._seen: dict[frozenset[Item], tuple[int, int]] = {}
        self._awaited: dict[int, tuple[Order[Item], _Suspect[Item] | None]] = {}
        self._active: list[_Suspect[Item]] = []
        self._waiting: list[_Suspect[Item]] = []
        self._orders = 0
        self._runs: Counter[Purpose] = Counter()
        self._unprovoked = 0
        self._advance()

    # -- what is known ---------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """Is everything covered, and no answer awaited?"""
        busy = self._awaited or self._active or self._waiting or self._singles or self._strengths
        return not busy and self._covering is not None and not self._covering.unfinished

    @property
    def findings(self) -> tuple[Finding[Item], ...]:
        """The smallest failing sets so far, in the order in which they were found."""
        return tuple(self._findings)

    @property
    def suspects(self) -> tuple[tuple[Item, ...], ...]:
        """What failed, where it is not known yet whether it does so again, and what in it is to blame."""
        return tuple(suspect.order.items for suspect in (*self._active, *self._waiting))

    @property
    def killers(self) -> tuple[Item, ...]:
        """The faults that end a run by themselves; no row has them."""
        return tuple(item for item in self.items if item in self._killers)

    @property
    def coverage(self) -> Coverage | None:
        """How many combinations of the survivors were seen together; None before the first row."""
        return self._covering.coverage if self._covering else None

    @property
    def runs(self) -> Mapping[Purpose, int]:
        """How many runs were told of, by their purpose."""
        return dict(self._runs)

    @property
    def unprovoked(self) -> int:
        """How many runs failed though no fault fired: the agent, or the judge of it, is not sound."""
        return self._unprovoked

    # -- what to run -----------------------------------------------------------------------------------------

    def next(self) -> Order[Item] | None:
        """The next run; None when done, or when nothing can be said before awaited answers are in."""
        order = self._next_of_suspect() or self._next_single() or self._next_row()
        if order is not None:
            self._orders = order.number
        return order

    def batch(self, most: int) -> tuple[Order[Item], ...]:
        """Up to so many runs that do not depend on each other."""
        orders: list[Order[Item]] = []
        while len(orders) < most and (order := self.next()) is not None:
            orders.append(order)
        return tuple(orders)

    def _next_of_suspect(self) -> Order[Item] | None:
        for suspect in self._active:
            items = suspect.shrinker.next()
            if items is not None and suspect.asked < suspect.shrinker.least:
                suspect.asked += 1
                purpose = Purpose.CONFIRM if suspect.shrinker.confirming else Purpose.SHRINK
                return self._order(purpose, items, suspect)
        return None

    def _next_single(self) -> Order[Item] | None:
        return self._order(Purpose.SINGLE, (self._singles.popleft(),)) if self._singles else None

    def _next_row(self) -> Order[Item] | None:
        if self._covering is None:
            return None
        self._covering.at_most = self._width.now
        row = self._covering.next_row(self._dice)
        return self._order(Purpose.ROW, row) if row else None

    def _order(
        self, purpose: Purpose, items: tuple[Item, ...], suspect: _Suspect[Item] | None = None
    ) -> Order[Item]:
        order = Order(self._orders + 1, purpose, items)
        self._awaited[order.number] = order, suspect
        return order

    # -- what came of it -------------------------------------------------------------------------------------

    def ran(self, order: Order[Item], result: Result[Item]) -> None:
        """Take what came of an ordered run; the answers may come in any order."""
        if order.number not in self._awaited:
            raise ConfigError(f"run {order.number} was not ordered, or told of before")
        _, suspect = self._awaited.pop(order.number)
        self._note(order, result)
        if suspect is not None:
            suspect.asked -= 1
            suspect.shrinker.ran(failed=result.failed)
        elif result.failed and result.fired:
            self._waiting.append(self._suspect(order, result.fired))
        elif self._covering:
            self._covering.ran(order.items, result.fired, failed=result.failed)
            self._measure(result, len(order.items))
        if self._covering and suspect is not None and not result.failed:
            self._covering.saw(order.items, result.fired)
        self._advance()

    def _measure(self, result: Result[Item], struck: int) -> None:
        """Learn from a row how many faults a run bears."""
        if result.stopped and len(result.fired) < struck:
            self._width.broke(len(result.fired))
        elif len(result.fired) == struck:
            self._width.bore(struck)

    def _note(self, order: Order[Item], result: Result[Item]) -> None:
        """Remember the run for all searches to come."""
        self._runs[order.purpose] += 1
        runs, failed = self._seen.get(frozenset(order.items), (0, 0))
        self._seen[frozenset(order.items)] = runs + 1, failed + result.failed
        self._unprovoked += result.failed and not result.fired
        if order.purpose is Purpose.SINGLE and result.stopped:
            self._killers.update(order.items)
        if not result.failed:
            self._held.append((order.items, result.fired))

    def _suspect(self, order: Order[Item], fired: frozenset[Item]) -> _Suspect[Item]:
        """Only what fired can be to blame; what is known of parts of it need not be run again."""
        seen = {items: told for items, told in self._seen.items() if items < fired}
        row = [item for item in order.items if item in fired]
        return _Suspect(order, fired, Shrinker(row, self._noise, seen))

    def _advance(self) -> None:
        """Do whatever needs no run."""
        while self._settle() or self._start():
            pass
        if self._awaited or self._active or self._waiting or self._singles:
            return
        while self._strengths and not (self._covering and self._covering.unfinished):
            self._covering = self._cover_next(self._strengths.pop(0))

    def _settle(self) -> bool:
        """Take the result of a shrinker that is done, if there is one."""
        done = next((suspect for suspect in self._active if suspect.shrinker.done), None)
        if done is None:
            return False
        self._active.remove(done)
        items, shrinker = done.shrinker.result, done.shrinker
        if items is not None and not self._explained(frozenset(items)):
            found = done.order.number
            self._findings.append(
                Finding(items=items, found=found, runs=shrinker.runs, proved=shrinker.proved)
            )
            if self._covering:
                self._covering.exclude(items)
                if len(items) > self._covering.strength:
                    self._width.broke(len(items) - 1)
        self._close(done, failed=items is not None)
        return True

    def _start(self) -> bool:
        """Begin with a failed run in which nothing known is to blame, and which shares no fault with another.

        Two that share some might have the same cause: the second would be shrunk for nothing.
        """
        for suspect in self._waiting:
            known = self._explained(suspect.fired)
            if known or not any(suspect.fired & other.fired for other in self._active):
                self._waiting.remove(suspect)
                if known:
                    self._close(suspect, failed=True)
                else:
                    self._active.append(suspect)
                return True
        return False

    def _close(self, suspect: _Suspect[Item], *, failed: bool) -> None:
        if self._covering and suspect.order.purpose is Purpose.ROW:
            self._covering.ran(suspect.order.items, suspect.fired, failed=failed)

    def _explained(self, fired: frozenset[Item]) -> bool:
        return any(fired.issuperset(finding.items) for finding in self._findings)

    def _cover_next(self, strength: int) -> Covering[Item]:
        """Plan combinations of so many survivors; what was seen before is not run again."""
        broken = {finding.items[0] for finding in self._findings if len(finding.items) == 1}
        self._width.least = strength
        self._width.now = max(strength, self._width.now)
        covering = self._cover(
            [item for item in self.items if item not in broken | self._killers], strength=strength
        )
        for finding in self._findings:
            if len(finding.items) > 1:
                covering.exclude(finding.items)
        for items, fired in self._held:
            covering.saw(items, fired)
        return covering
