"""A single schedule, shot as it stands: no search, one or a few runs."""

from __future__ import annotations

from agentprobe.chaos.schedule import Schedule
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.found import Hunted
from agentprobe.lab.chaos.hunt import Broken, Hunt


class SingleHunt(Hunt):
    """Runs one schedule, as often as single faults are repeated."""

    def begin(self) -> None:
        """There is nothing to be tried alone first."""

    def run(self) -> Hunted:
        """Shoot, and say what came of it."""
        words = str(Schedule(tuple(self.strikes)))
        times = self.settings.repetitions
        shots = [self.subject.shot(words, nth, traced=True) for nth in range(self.first, self.first + times)]
        shown = [what for _, what in self.gallery.shoot(shots)]
        self.singles[words] = shown
        if failing := [one for one in shown if self.fails(one)]:
            self.broken = [Broken(tuple(self.strikes), failing[0], times, len(self.strikes))]
        untouched = all(one.reaction is Reaction.UNTOUCHED for one in shown)
        reasons = dict.fromkeys(one.reason for one in shown if one.reason)
        return Hunted(
            agent=self.subject.agent,
            task=self.subject.task,
            rows=self.subject.rows,
            strikes=len(self.strikes),
            certificate="; ".join(["struck as written", *reasons]),
            idle=(words,) if untouched else (),
        )
