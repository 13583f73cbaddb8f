"""The hunt by lineage: strikes what good runs really used; ends with a certificate or a counterexample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agentprobe.chaos.faults.server_error import ServerError
from agentprobe.chaos.faults.tool_error import ToolError
from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.search.lineage import Certificate, Counterexample, Lineage
from agentprobe.chaos.strike import MODEL, Strike
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.found import Hunted
from agentprobe.lab.chaos.hunt import Broken, Hunt
from agentprobe.lab.chaos.shot import Shown, Used

MOST = 4
"""Larger sets than this are not tried, however many may strike together."""


@dataclass(frozen=True, slots=True)
class _Tried:
    strikes: tuple[Strike, ...]
    shown: Shown


@dataclass
class LineageHunt(Hunt):
    """Every call that a good run made is a support; what hits all supports may break the goal.

    A strike is that one call fails: of a model with a server error, of a tool with an error. Runs under
    faults that reach the goal have used other calls (retries, fallbacks, caches), and are the next supports.
    """

    _tried: list[_Tried] = field(default_factory=list)

    def begin(self) -> None:
        """What is tried depends on what was tried before, from the first run on."""

    def run(self) -> Hunted:
        """Try every set of faults that could break the goal, the smaller first."""
        strength = self.settings.strength
        most = min(self.settings.together, MOST) if strength > 2 else strength
        self._take_shown((), self._shot(()))
        why = ""
        while True:
            search = self._search()
            outcome = search.outcome(most)
            if outcome is not None or (why := self._stop()):
                break
            wanted = search.next_set(most)
            if wanted is None:
                break
            self._take_shown(wanted, self._shot(wanted))
        if isinstance(outcome, Counterexample):
            self._break(outcome)
        return self._ended(most, outcome, why)

    def _shot(self, strikes: Sequence[Strike]) -> Shown:
        schedule = str(Schedule(tuple(strikes)))
        # the first undisturbed runs of a derived task were judged before it was known what is right
        unjudged = not strikes and self.subject.derived is not None
        nth = self.settings.baseline if unjudged else self._nth(schedule)
        ((_, shown),) = self.gallery.shoot([self.subject.shot(schedule, nth)])
        return shown

    def _take_shown(self, strikes: Sequence[Strike], shown: Shown) -> None:
        self._runs += 1
        self._tried.append(_Tried(tuple(strikes), shown))
        if len(strikes) == 1:
            self.singles.setdefault(str(strikes[0]), []).append(shown)

    def _search(self) -> Lineage[Strike]:
        """The search over all calls that are known by now, told of all runs so far."""
        items = dict.fromkeys(strike for one in self._tried for strike in _hitting(one.shown.used))
        search = Lineage(items)
        for one in self._tried:
            known = [strike for strike in one.strikes if strike in items]
            fired = [strike for strike in one.strikes if str(strike) in one.shown.fired]
            failed = self.breaks(one.shown)
            support = None if failed else _hitting(used for used in one.shown.used if used.ok)
            search.ran(known, failed=failed, support=support, fired=[s for s in fired if s in items])
        return search

    def breaks(self, shown: Shown) -> bool:
        """Was the goal missed? Here everything counts that is not done."""
        return shown.reaction.tells and shown.reaction is not Reaction.RECOVERED

    def _break(self, found: Counterexample[Strike]) -> None:
        tried = next(one for one in reversed(self._tried) if set(one.strikes) == set(found.items))
        self.broken = [Broken(found.items, tried.shown, found.runs, len(found.items))]

    def _ended(self, most: int, outcome: Certificate | Counterexample[Strike] | None, why: str) -> Hunted:
        if isinstance(outcome, Counterexample):
            calls = f"{len(outcome.items)} failing call{'s' if len(outcome.items) > 1 else ''}"
            said = f"{calls} can make it miss the goal (found in run {outcome.runs})"
        else:
            said = str(outcome) if outcome is not None else ""
        return Hunted(
            agent=self.subject.agent,
            task=self.subject.task,
            rows=self.subject.rows,
            strikes=len({strike for one in self._tried for strike in _hitting(one.shown.used)}),
            certificate=said,
            unfinished=why,
        )


def _hitting(used: Iterable[Used]) -> list[Strike]:
    """The strikes that would make these calls fail."""
    return [_failing(one) for one in used if one.site.startswith((MODEL, "tool:"))]


def _failing(one: Used) -> Strike:
    fault = ServerError() if one.site == MODEL else ToolError()
    return Strike(fault=fault, site=one.site, first=one.nth, last=one.nth)
