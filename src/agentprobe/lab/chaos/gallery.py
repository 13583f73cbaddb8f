"""The gallery: hands shots to workers, within a budget, and keeps what they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agentprobe.basis.clock import RealClock
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.budget import Budget
from agentprobe.lab.chaos.journal import Journal
from agentprobe.lab.chaos.shot import Shot, Shown
from agentprobe.lab.run import GRACE_SECONDS
from agentprobe.lab.runners import worker
from agentprobe.lab.runners.inline import Inline
from agentprobe.lab.runners.pool import Died, Overran, Pool
from agentprobe.lab.seen import Ending

BATCH = 16
"""So many shots without a trace go to a worker at once."""


@dataclass(frozen=True)
class Gallery:
    """Carries out shots; what is in the journal already is not run again and costs nothing."""

    pool: Pool | Inline
    journal: Journal
    budget: Budget
    seconds: float
    """How long one run may take in real time."""
    told: Callable[[Shown], None] = lambda shown: None

    def shoot(self, shots: Sequence[Shot]) -> Iterator[tuple[Shot, Shown]]:
        """What each shot comes to, as it is known."""
        fresh = []
        for shot in shots:
            known = self.journal.find(shot.job.run.key)
            if known is None or (not shot.light and not shot.job.trace.exists()):
                fresh.append(shot)
            else:
                yield shot, known
        for shot, shown in self._carried_out(fresh):
            self.budget.charge(shown)
            self.journal.add(shown)
            self.told(shown)
            yield shot, shown

    def _carried_out(self, shots: Sequence[Shot]) -> Iterator[tuple[Shot, Shown]]:
        for batch, settle in self.pool.each(worker.shoot, self._batches(shots), self._most):
            try:
                yield from zip(batch, settle(), strict=True)
            except (Died, Overran) as error:
                yield from self._one_by_one(batch, error)

    def _batches(self, shots: Sequence[Shot]) -> list[tuple[Shot, ...]]:
        """Shots that cost next to nothing together, so that handing them over does not outweigh them."""
        size = min(BATCH, -(-len(shots) // self.pool.size)) if all(shot.light for shot in shots) else 1
        return [tuple(shots[at : at + size]) for at in range(0, len(shots), max(size, 1))]

    def _one_by_one(self, batch: Sequence[Shot], error: Died | Overran) -> Iterator[tuple[Shot, Shown]]:
        """One of them has ended its worker: which?"""
        if len(batch) == 1:
            yield batch[0], self._looked_at(batch[0], _ending(error, self.seconds))
            return
        for shot in batch:
            try:
                (shown,) = self.pool.do(worker.shoot, (shot,), seconds=self._most)
            except (Died, Overran) as own:
                shown = self._looked_at(shot, _ending(own, self.seconds))
            yield shot, shown

    def _looked_at(self, shot: Shot, ending: Ending) -> Shown:
        try:
            return self.pool.do(worker.look_at, shot, ending, seconds=self._most)
        except (Died, Overran) as error:
            now = RealClock().date().isoformat(timespec="seconds")
            said = f"the run could not be judged: {error}"
            return Shown(run=shot.job.run, reaction=Reaction.UNJUDGED, reason=said, observed=now)

    @property
    def _most(self) -> float:
        return self.seconds * BATCH + GRACE_SECONDS


def _ending(error: Died | Overran, seconds: float) -> Ending:
    return Ending(died=str(error)) if isinstance(error, Died) else Ending(overran=seconds)
