"""All sessions of a load brought together: stages, the knee, what drifts, what is a finding."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from agentprobe.domain.reaction import Reaction
from agentprobe.lab.statistics import wilson
from agentprobe.lab.stress.drift import trends_of
from agentprobe.lab.stress.found import MIXED_UP, Example, Figure, Knee, Loaded, Session, Spent, Trend
from agentprobe.lab.stress.log import Sampled
from agentprobe.lab.stress.shape import Kind, Shape
from agentprobe.lab.stress.trends import chance_of_more, percentile

LEAST_SECONDS = 0.1
"""A session that takes less longer than this is not called slower: a busy machine does as much."""
DOUBT = 0.2
"""Failures that chance alone would bring less often than this are not called none of the load's doing."""
BUSY = 0.9
"""So many processors at work for the process that carries the load make sessions wait for each other."""
_MOST_EXAMPLES = 2


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a load has come to, before anything is concluded from it."""

    shape: Shape
    sessions: tuple[Session, ...]
    unfinished: Mapping[int, int] = field(default_factory=dict)
    """How many sessions of each stage were never over."""
    samples: tuple[Sampled, ...] = ()
    tolerated: Collection[Reaction] = ()
    died: str = ""
    """How the process of all sessions ended, where it did before the load was over."""
    times: float = 3.0
    """So many times the base's p95 are too much."""
    confidence: float = 0.95

    @property
    def told(self) -> tuple[Session, ...]:
        """The sessions, with those that were mixed up called so."""
        return tuple(map(self._named, self.sessions))

    def _named(self, session: Session) -> Session:
        reason = self._mixed(session)
        return replace(session, kind=MIXED_UP, reason=reason) if reason else session

    def _mixed(self, session: Session) -> str:
        """Why a session was mixed up with another; empty where it was not."""
        if session.foreign:
            others = ", ".join(map(str, session.foreign[:3]))
            return f"what it gave out is of session {others}, and it is session {session.number}"
        if not session.fits:
            return ""
        beside = (one for one in self.sessions if one.task in session.fits and _overlap(one, session))
        other = next(beside, None)
        if other is None:
            return ""
        return f"it did the task '{other.task}' of session {other.number}, and its own is '{session.task}'"

    # -- stages ---------------------------------------------------------------------------------------

    def stages(self) -> tuple[Loaded, ...]:
        """What each stage that has begun has shown."""
        by: dict[int, list[Session]] = defaultdict(list)
        for session in self.told:
            by[session.stage].append(session)
        known = sorted({*by, *self.unfinished})
        return tuple(self._loaded(number, by.get(number, [])) for number in known)

    def _loaded(self, number: int, sessions: Sequence[Session]) -> Loaded:
        stage = self.shape.stages[number]
        telling = [one for one in sessions if one.tells]
        good = [one.seconds for one in telling if one.good]
        failed = len(telling) - len(good)
        within = wilson(failed, len(telling), self.confidence)
        rate = failed / len(telling) if telling else 0.0
        shares = (percentile(good, share, self.confidence) for share in (0.5, 0.95, 0.99))
        p50, p95, p99 = shares if good else (None, None, None)
        return Loaded(
            concurrency=stage.concurrency,
            at_once=stage.at_once,
            base=number == 0,
            sessions=len(telling),
            failed=failed,
            rate=Figure(value=rate, low=within.low, high=within.high),
            kinds=dict(Counter(one.kind for one in sessions).most_common()),
            unfinished=self.unfinished.get(number, 0),
            p50=p50,
            p95=p95,
            p99=p99,
            throughput=_throughput(sessions, len(good)),
            model_calls=_mean([one.model_calls for one in sessions]),
            retries=_mean([one.retries for one in sessions]),
            refused=sum(one.refused for one in sessions),
            busy=_busy([one for one in self.samples if one.stage == number]),
        )

    def knee(self, stages: Sequence[Loaded]) -> Knee | None:
        """The lowest level that is surely worse than the base.

        Each of k levels is tested at a k-th of the error that is allowed to all.
        """
        if not stages or not stages[0].base:
            return None
        base, *loaded = stages
        allowed = (1 - self.confidence) / max(len(loaded), 1)
        for stage in loaded:
            if why := _worse(stage, base, allowed, self.times):
                return Knee(concurrency=stage.concurrency, why=why)
        return None

    def trends(self) -> tuple[Trend, ...]:
        """What a soak shows over time; nothing for other loads."""
        if self.shape.kind is not Kind.SOAK:
            return ()
        last = len(self.shape.stages) - 1
        sessions = [one for one in self.told if one.stage == last]
        return tuple(trends_of(sessions, [one for one in self.samples if one.stage == last]))

    # -- what is said of it -----------------------------------------------------------------------------

    def unsteady(self, stages: Sequence[Loaded]) -> str:
        """Why nothing can be said: at the base most sessions fail; empty where they do not."""
        base = next((one for one in stages if one.base), None)
        if base is None or len(stages) == 1 or not base.sessions:
            return ""
        failed = base.failed - base.kinds.get(MIXED_UP, 0)
        if failed * 2 <= base.sessions:
            return ""
        return f"{failed} of {base.sessions} sessions fail {at(base)}, so the load is not what breaks it"

    def undecided(self, stages: Sequence[Loaded]) -> str:
        """What may be the load's doing and may be chance; empty where it is clear."""
        base = next((one for one in stages if one.base), None)
        for stage in stages:
            if base is not None and not stage.base and _chance(stage, base) < DOUBT:
                return f"{_compared(stage, base)}: too few sessions to be sure that it is the load"
        return ""

    def findings(self, stages: Sequence[Loaded]) -> Iterator[str]:
        """What is wrong under load, in a sentence each."""
        base = {kind for one in stages if one.base for kind in one.kinds}
        for stage in stages:
            if times := stage.kinds.get(MIXED_UP):
                yield f"{_sessions(times)} {at(stage)} gave out what belongs to another session"
            for kind, times in stage.kinds.items():
                if self._harms(kind) and kind not in base and not stage.base:
                    alone = f"; {at(next(s for s in stages if s.base))} none did" if base else ""
                    yield f"{_sessions(times)} {at(stage)} {kind.replace('_', ' ')}{alone}"
        if self.died and stages and not stages[-1].base:
            yield f"{at(stages[-1])} a session took all others with it: {self.died}"
        if found := self.knee(stages):
            yield found.why
        yield from (trend.said for trend in self.trends() if trend.drifts)

    def _harms(self, kind: str) -> bool:
        harmful = {reaction for reaction in Reaction if reaction.tells and reaction not in self.tolerated}
        return kind in harmful

    def examples(self) -> tuple[Example, ...]:
        """A few sessions of each kind that failed."""
        kept: Counter[str] = Counter()
        found = []
        for session in self.told:
            if session.good or kept[session.kind] >= _MOST_EXAMPLES:
                continue
            kept[session.kind] += 1
            found.append(
                Example(
                    kind=session.kind,
                    concurrency=self.shape.stages[session.stage].concurrency,
                    number=session.number,
                    task=session.task,
                    reason=session.reason,
                    answer=session.answer,
                    trace=session.trace,
                )
            )
        return tuple(found)

    def notes(self, stages: Sequence[Loaded]) -> Iterator[str]:
        """What a reader has to know to read the figures rightly."""
        for stage in stages:
            if stage.busy is not None and stage.busy >= BUSY:
                yield (
                    f"{at(stage)} the process that carries the load used {stage.busy:.1f} processors: from "
                    "there on sessions also wait for Python, as they would in a service of one process"
                )
                break
        for stage in stages:
            if stage.unfinished:
                yield f"of the sessions {at(stage)} {stage.unfinished} were not over, or not judged"

    def spent(self, seconds: float) -> Spent:
        """What it has cost."""
        dollars = [one.dollars for one in self.sessions if one.dollars is not None]
        return Spent(
            sessions=len(self.sessions),
            model_calls=sum(one.model_calls for one in self.sessions),
            tokens=sum(one.tokens for one in self.sessions),
            dollars=sum(dollars) if dollars else None,
            seconds=seconds,
        )


def at(stage: Loaded) -> str:
    """A stage in words."""
    return "one at a time" if stage.concurrency == 1 else f"at {stage.concurrency} at once"


def _worse(stage: Loaded, base: Loaded, allowed: float, times: float) -> str:
    if _chance(stage, base) <= allowed:
        return _compared(stage, base)
    ours, theirs = stage.p95, base.p95
    if ours is None or theirs is None or ours.low is None:
        return ""
    if ours.low > times * theirs.value and ours.low - theirs.value >= LEAST_SECONDS:
        return (
            f"95 % of sessions {at(stage)} take up to {ours.value:,.2f} s, more than {times:g} times "
            f"the {theirs.value:,.2f} s {at(base)}"
        )
    return ""


def _chance(stage: Loaded, base: Loaded) -> float:
    return chance_of_more(stage.failed, stage.sessions, base.failed, base.sessions)


def _compared(stage: Loaded, base: Loaded) -> str:
    return (
        f"{stage.failed} of {stage.sessions} sessions fail {at(stage)}, "
        f"where {base.failed} of {base.sessions} fail {at(base)}"
    )


def _overlap(one: Session, other: Session) -> bool:
    return one.number != other.number and one.began < other.ended and other.began < one.ended


def _throughput(sessions: Sequence[Session], good: int) -> float | None:
    if not sessions:
        return None
    took = max(one.ended for one in sessions) - min(one.began for one in sessions)
    return good / took if took > 0 else None


def _busy(samples: Sequence[Sampled]) -> float | None:
    if len(samples) < 2:
        return None
    took = samples[-1].at - samples[0].at
    return (samples[-1].cpu_seconds - samples[0].cpu_seconds) / took if took > 0 else None


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def _sessions(times: int) -> str:
    return f"{times} session{'' if times == 1 else 's'}"
