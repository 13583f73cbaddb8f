"""Sessions judged once they are over, in another process than the one that carries the load."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agentprobe.domain.reaction import Reaction
from agentprobe.domain.task import Task
from agentprobe.errors import TraceError
from agentprobe.lab.chaos.shooting import Shooting
from agentprobe.lab.chaos.shot import Shot, Shown, Usual
from agentprobe.lab.failures import answers_as, does
from agentprobe.lab.runners import worker
from agentprobe.lab.seen import Ending
from agentprobe.lab.stress.found import FAILED_PROVIDER, Session
from agentprobe.lab.stress.limit import REFUSED
from agentprobe.lab.stress.load import Load
from agentprobe.lab.stress.word import words_in
from agentprobe.trace.facts.ledger import ledger_of
from agentprobe.trace.facts.models import table_here
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

_ANYTHING = Usual(model_calls=1e9, tokens=1e12, seconds=1e9)
"""Under load nothing is called too much: what sessions cost is shown for itself."""
_MOST_ANSWER = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A session that is over, as the load's log tells it."""

    number: int
    stage: int
    began: float
    ended: float
    ending: Ending
    begun: int
    """How many sessions had begun by then."""


def look_into(load: Load, sessions: tuple[Over, ...]) -> tuple[Session, ...]:
    """In a worker: judge sessions, and keep the traces of those that went wrong."""
    shooting = Shooting(worker.shop())
    return tuple(_looked_into(load, over, shooting) for over in sessions)


def _looked_into(load: Load, over: Over, shooting: Shooting) -> Session:
    shop, job = shooting.shop, load.job(over.number)
    known = load.blank or shop.task(job)
    task = load.task(over.number, known)
    trace = _trace(job.trace)
    told = _told(trace, over.ending.answer)
    shown = shooting.examined(
        Shot(job=job, usual=_ANYTHING, task=task, derived=load.blank is not None), over.ending
    )
    kind, reason = _kind(shown)
    good = kind == Reaction.RECOVERED
    session = Session(
        number=over.number,
        stage=over.stage,
        task=job.run.task,
        began=over.began,
        ended=over.ended,
        seconds=over.ending.seconds,
        kind=kind,
        reason=reason,
        answer=shown.answer[:_MOST_ANSWER],
        model_calls=shown.model_calls,
        retries=trace.retries if trace is not None else 0,
        refused=sum(call.status in REFUSED for call in trace.model_calls) if trace is not None else 0,
        tokens=shown.tokens,
        dollars=_dollars(trace, simulated=shop.experiment.model.simulated),
        foreign=tuple(n for n in words_in(told, load.seed, over.begun) if n != over.number),
        fits=() if good else tuple(_fits(load, over, shooting, task, trace)),
        trace=str(job.trace.relative_to(shop.experiment.folder)),
    )
    if good and not session.foreign:
        job.trace.unlink(missing_ok=True)
        for printed in job.outputs:
            printed.unlink(missing_ok=True)
    return session


def _kind(shown: Shown) -> tuple[str, str]:
    """What a session came to: a provider that has failed under load is what was to be seen."""
    if shown.reaction is Reaction.UNJUDGED and "the provider failed" in shown.reason:
        return FAILED_PROVIDER, shown.reason
    return shown.reaction.value, shown.reason


def _trace(path: Path) -> Trace | None:
    with suppress(TraceError, OSError):
        return read_trace(path) if path.exists() and path.stat().st_size else None
    return None


def _told(trace: Trace | None, answer: str) -> str:
    """All that a session has given out: its answer, and what it did."""
    effects = trace.ledger().effects if trace is not None else ()
    return "\n".join([answer, *(json.dumps(one.arguments, default=str) for one in effects if one.committed)])


def _dollars(trace: Trace | None, *, simulated: bool) -> float | None:
    return None if simulated or trace is None else ledger_of(trace, table_here()).dollars


def _fits(load: Load, over: Over, shooting: Shooting, own: Task, trace: Trace | None) -> Iterator[str]:
    """The other tasks of the load whose answer it gave, or whose effects it had."""
    effects = trace.ledger().effects if trace is not None else ()
    foreign = [one for one in effects if one.committed and not does(one, own)]
    for task in _others(load, shooting, own):
        if any(does(one, task) for one in foreign) or answers_as(task, over.ending.answer):
            yield task.id


def _others(load: Load, shooting: Shooting, own: Task) -> Sequence[Task]:
    jobs = [load.job(number) for number in range(len(load.tasks))]
    return [shooting.shop.task(job) for job in jobs if job.run.task != own.id]
