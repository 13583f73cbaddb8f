"""Shots carried out and judged, in a worker process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agentprobe.basis.clock import RealClock
from agentprobe.chaos.family import Family
from agentprobe.chaos.schedule import Schedule
from agentprobe.domain.call import LEFT
from agentprobe.domain.task import Task
from agentprobe.errors import AgentProbeError
from agentprobe.kernel.place import Place
from agentprobe.kernel.session import MakeRoom
from agentprobe.lab.chaos.following import Followed, followed_by, followed_in
from agentprobe.lab.chaos.reach import used_in
from agentprobe.lab.chaos.rules import Rules
from agentprobe.lab.chaos.shot import Shot, Shown, Used
from agentprobe.lab.chaos.verdict import Bench, Verdict, judged
from agentprobe.lab.chaos.watching import Crossed, Look, Watcher
from agentprobe.lab.cleaning import Cleaning
from agentprobe.lab.failures import Case
from agentprobe.lab.judge import is_of
from agentprobe.lab.reading import seen_of
from agentprobe.lab.runners.job import Job
from agentprobe.lab.runners.limit import overran
from agentprobe.lab.runners.workshop import Workshop
from agentprobe.lab.seen import Ending, Seen
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace


@dataclass
class Shooting:
    """Carries out shots with a workshop's tools."""

    shop: Workshop
    _rules: Rules = field(init=False)
    _cleanings: dict[str, Cleaning] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._settings = self.shop.experiment.chaos
        self._rules = Rules(self._settings.rule, self.shop.experiment.folder)

    def shown(self, shot: Shot, *, timed: bool = True) -> Shown:
        """Run the agent once under the shot's schedule, and say what it made of it.

        `timed` says that it is to be ended after its time; else somebody else sees to that.
        """
        task = shot.task or self.shop.task(shot.job)
        schedule = Schedule.parse(shot.job.run.regime.schedule)
        furnished = timed or not shot.light or shot.job.world is not None
        try:
            if furnished:
                self.shop.clear(shot.job)
            look = Look(shot.most_calls) if shot.light else None
            fast = not any(strike.fault.waits for strike in schedule.strikes)
            ending = self.shop.ended(
                shot.job,
                task,
                watch=look,
                limits=() if look is not None else (_limited(shot.most_calls),),
                fast=fast,
                restarts=self._settings.restarts,
                timed=timed,
            )
            return self._judged(shot, task, schedule, ending, look)
        except OSError as error:
            raise AgentProbeError(f"a run could not be carried out: {error}") from error
        finally:
            if furnished:
                self.shop.swept(shot.job)

    def examined(self, shot: Shot, ending: Ending) -> Shown:
        """What a run came to whose process did not come back."""
        if overran(shot.job):
            ending = Ending(overran=self.shop.experiment.run.seconds)
        schedule = Schedule.parse(shot.job.run.regime.schedule)
        try:
            return self._judged(shot, shot.task or self.shop.task(shot.job), schedule, ending, None)
        finally:
            self.shop.swept(shot.job)

    def _patience(self, faults: int) -> float | None:
        """How long is of use: what one fault may cost, so many may cost together."""
        seconds = self.shop.experiment.run.patience_seconds
        return seconds * max(faults, 1) if seconds is not None else None

    def _cleaning(self, agent: str) -> Cleaning:
        """What may be kept; looked up once, since a worker's environment stays."""
        if agent not in self._cleanings:
            self._cleanings[agent] = self.shop.cleaning(agent)
        return self._cleanings[agent]

    def _judged(self, shot: Shot, task: Task, schedule: Schedule, ending: Ending, look: Look | None) -> Shown:
        job, run = shot.job, shot.job.run
        cleaning = self._cleaning(run.agent)
        trace = _trace(job) if look is None else None
        seen = look.seen if look is not None else seen_of(trace) if trace is not None else Seen()
        fired, did = _fired(schedule, seen, look)
        case = Case(
            run=run,
            task=task if look is not None else cleaning.task(task),
            ending=ending,
            seen=seen,
            world=job.own_world,
            patience_seconds=self._patience(len(fired)),
        )
        bench = Bench(
            usual=shot.usual,
            rules=self._rules,
            overspent=self._settings.overspent,
            derived=shot.derived,
            together=len(fired),
            costly=any(strike.fault.costly for strike in schedule.strikes),
        )
        plants = any(strike.fault.family is Family.SECURITY for strike in schedule.strikes)
        followed = _followed(job, ending, look) if plants else ()
        verdict = judged(case, bench, fired=bool(fired) or not schedule, canaries=followed)
        used = _used(look.crossed) if look is not None else used_in(trace) if trace is not None else ()
        return self._told(shot, case, verdict, fired, did, used)

    def _told(
        self,
        shot: Shot,
        case: Case,
        verdict: Verdict,
        fired: Sequence[str],
        did: Sequence[str],
        used: Sequence[Used],
    ) -> Shown:
        seen, ending, usual = case.seen, case.ending, shot.usual
        tokens = seen.input_tokens + seen.output_tokens
        clean = self._cleaning(case.run.agent)
        return Shown(
            run=case.run,
            reaction=verdict.reaction,
            mode=verdict.mode,
            reason=clean.text(verdict.reason),
            answer=clean.text(ending.answer)[:_MOST_ANSWER],
            fired=tuple(fired),
            did=tuple(map(clean.text, did)),
            used=tuple(used),
            effects=tuple(
                (clean.text(intent), times) for intent, times in sorted(seen.ledger.times().items())
            ),
            model_calls=seen.model_calls,
            tool_calls=len(seen.tool_calls),
            tokens=tokens,
            seconds=ending.seconds,
            extra_calls=seen.model_calls - usual.model_calls,
            extra_tokens=tokens - usual.tokens,
            extra_seconds=max(ending.seconds - usual.seconds, 0.0),
            money=usual.money * tokens / usual.tokens if usual.money is not None and usual.tokens else None,
            ended_it=bool(ending.raised or ending.died or ending.overran),
            observed=RealClock().date().isoformat(timespec="seconds"),
        )


def _limited(calls: int) -> MakeRoom:
    """Ends a run that nobody watches as a watched one is ended."""
    return lambda session: Watcher(Place.AGENT_SIDE, session.clock, calls)


def _trace(job: Job) -> Trace | None:
    """What the run has recorded; nothing of one that died before its first line."""
    known = job.trace.exists() and job.trace.stat().st_size > 0
    return read_trace(job.trace) if known else None


_MOST_ANSWER = 4_000
"""So many characters of an answer are kept."""


def _fired(schedule: Schedule, seen: Seen, look: Look | None) -> tuple[list[str], list[str]]:
    """The strikes that did something, and what they did as far as that is known."""
    if look is not None and look.injector is not None:
        receipts = look.injector.receipts
        return list(dict.fromkeys(one.strike for one in receipts)), [one.did for one in receipts]
    strikes = [s for s in schedule.strikes if any(is_of(one, s) for one in seen.receipts)]
    return [str(strike) for strike in strikes], [f"{one.fault} at {one.call}" for one in seen.receipts]


def _followed(job: Job, ending: Ending, look: Look | None) -> Sequence[Followed]:
    """What the agent has followed of the instructions that faults have planted."""
    return followed_by(look, ending.answer) if look is not None else followed_in(job.trace, ending.answer)


def _used(crossed: Sequence[Crossed]) -> list[Used]:
    return [
        Used(
            site=one.call.site,
            nth=one.call.nth,
            ok=one.outcome.ok and LEFT not in one.outcome.marks and _good(one.outcome.value),
            struck=any(mark.startswith("fault:") for mark in one.outcome.marks),
        )
        for one in crossed
    ]


def _good(value: object) -> bool:
    return getattr(value, "status", 200) < 400
