"""The hunt: one subject under single faults, then under several, until nothing is left to try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agentprobe.basis.dice import Dice
from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.search.finder import Finder, Finding, Order, Purpose, Result
from agentprobe.chaos.search.sequential import CERTAIN, Noise
from agentprobe.chaos.strike import Strike
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.found import Hunted
from agentprobe.lab.chaos.gallery import BATCH, Gallery
from agentprobe.lab.chaos.reach import together
from agentprobe.lab.chaos.settings import ChaosSettings
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.chaos.subject import Subject

UNSURE = Noise(fails=0.8, passes=0.1)
"""How far a run's verdict is trusted where the same seed need not give the same run."""
_GIVEN_UP = (Reaction.STOPPED, Reaction.NOTICED)
"""A run that ends so shows nothing of what other faults in it would have done."""
STEADY_EVERY = 200
"""After so many runs it is looked whether the undisturbed agent still passes."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A smallest set that breaks the subject, with a run in which it did."""

    strikes: tuple[Strike, ...]
    shown: Shown
    runs: int
    out_of: int


@dataclass
class Hunt:
    """One subject, its strikes, and all that its runs have shown so far."""

    subject: Subject
    strikes: Sequence[Strike]
    gallery: Gallery
    settings: ChaosSettings
    seed: int
    singles: dict[str, list[Shown]] = field(default_factory=dict)
    """What each single fault came to, by the strike's words."""
    broken: list[Broken] = field(default_factory=list)
    first: int = 0
    """The throw of the dice that a single schedule begins with."""
    steady: list[Shown] = field(default_factory=list)
    """The undisturbed runs in between."""

    def __post_init__(self) -> None:
        self._finder = Finder(
            self.strikes,
            Dice(self.seed).fork(self.subject.agent, self.subject.task),
            strength=self.settings.strength,
            at_most=self.settings.together,
            together=together,
            noise=CERTAIN if self.subject.deterministic else UNSURE,
        )
        self._times: Counter[str] = Counter()
        self._failing: dict[frozenset[Strike], Shown] = {}
        self._orders: dict[int, Order[Strike]] = {}
        self._left: Sequence[Order[Strike]] = ()
        """What was ordered when the budget ended."""
        self._runs = 0

    def begin(self) -> None:
        """Try each fault alone, so that all subjects have had that before one takes the whole budget."""
        while len(self.singles) < len(self.strikes) and (orders := self._finder.batch(self._width)):
            if self._stop():
                self._left = orders
                return
            self._shoot(orders)

    def run(self) -> Hunted:
        """Try everything that is left, within the budget, and say how far it came."""
        why = self._stop() if self._left else ""
        while not why and (orders := self._left or self._finder.batch(self._width)):
            self._left = ()
            if why := self._stop():
                break
            self._shoot(orders)
        why = why or self._repeat()
        self.broken = list(self._found())
        return self._told(why)

    def so_far(self) -> Hunted:
        """How far it came, of a hunt that was interrupted."""
        self.broken = list(self._found())
        return self._told("it was interrupted")

    @property
    def _width(self) -> int:
        size = self.gallery.pool.size
        return max(self.gallery.budget.room(size * BATCH if self.subject.light else size * 2), 1)

    def _stop(self) -> str:
        """Why no further run may begin; empty when it may."""
        if why := self.gallery.budget.spent:
            return why
        if self._runs >= STEADY_EVERY * (len(self.steady) + 1):
            self.check_steady()
        failed = [one for one in self.steady if self.fails(one)]
        if len(failed) > 1:
            return f"the undisturbed agent no longer passes: {failed[-1].reason}"
        return ""

    def check_steady(self) -> None:
        """Run the undisturbed agent once, with chance thrown anew."""
        nth = self.settings.baseline + len(self.steady)
        for _, shown in self.gallery.shoot([self.subject.shot("", nth)]):
            self.steady.append(shown)

    def fails(self, shown: Shown) -> bool:
        """Is that more than an agent may make of it?"""
        return shown.reaction.tells and shown.reaction not in self.settings.tolerated

    # -- runs ------------------------------------------------------------------------------------------

    def _shoot(self, orders: Sequence[Order[Strike]]) -> None:
        shots = []
        waiting: dict[str, list[Order[Strike]]] = {}
        for order in orders:
            schedule = str(Schedule(order.items))
            shot = self.subject.shot(schedule, self._nth(schedule))
            waiting.setdefault(shot.job.run.key, []).append(order)
            shots.append(shot)
        unique = {shot.job.run.key: shot for shot in shots}
        for shot, shown in self.gallery.shoot(list(unique.values())):
            for order in waiting[shot.job.run.key]:
                self._take(order, shown)

    def _nth(self, schedule: str) -> int:
        """Where the same seed gives the same run there is one run of each schedule; else a new throw."""
        if self.subject.deterministic:
            return 0
        self._times[schedule] += 1
        return self._times[schedule] - 1

    def _take(self, order: Order[Strike], shown: Shown) -> None:
        self._runs += 1
        fired = frozenset(strike for strike in order.items if str(strike) in shown.fired)
        failed = self.fails(shown)
        self._orders[order.number] = order
        if failed:
            self._failing[frozenset(order.items)] = shown
        if order.purpose is Purpose.SINGLE:
            self.singles.setdefault(str(order.items[0]), []).append(shown)
        given_up = not failed and shown.reaction in _GIVEN_UP
        if given_up and order.purpose is Purpose.ROW:
            fired = frozenset()  # whatever the others would have brought about was not seen
        self._finder.ran(order, Result(failed=failed, fired=fired, stopped=shown.ended_it or given_up))

    def _repeat(self) -> str:
        """Try single faults again, so that rates have an interval."""
        for nth in range(1, self.settings.repetitions):
            names = [name for name, shown in self.singles.items() if len(shown) <= nth]
            for at in range(0, len(names), self._width):
                if why := self._stop():
                    return why
                shots = [self.subject.shot(name, nth) for name in names[at : at + self._width]]
                for shot, shown in self.gallery.shoot(shots):
                    self.singles[shot.job.run.regime.schedule].append(shown)
        return ""

    # -- what came of it -------------------------------------------------------------------------------

    def _found(self) -> Iterator[Broken]:
        for finding in self._finder.findings:
            shown = self._failing.get(frozenset(finding.items)) or self._any_failing(finding)
            if shown is not None:
                order = self._orders[finding.found]
                yield Broken(finding.items, shown, finding.runs, len(order.items))

    def _any_failing(self, finding: Finding[Strike]) -> Shown | None:
        """A failing run that held the set; the set itself failed under another throw of the dice."""
        held = (shown for items, shown in self._failing.items() if items >= frozenset(finding.items))
        return next(held, None)

    def _told(self, why: str) -> Hunted:
        idle = [
            name
            for name, shown in self.singles.items()
            if all(one.reaction is Reaction.UNTOUCHED for one in shown)
        ]
        return Hunted(
            agent=self.subject.agent,
            task=self.subject.task,
            rows=self.subject.rows,
            strikes=len(self.strikes),
            killers=tuple(map(str, self._finder.killers)),
            idle=tuple(idle),
            coverage=self._finder.coverage,
            unfinished=why,
            unsettled=tuple(str(Schedule(items)) for items in self._finder.suspects) if why else (),
        )
