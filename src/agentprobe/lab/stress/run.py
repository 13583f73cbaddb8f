"""A load from an experiment to what it has shown: carried out, judged beside it, bounded, stoppable."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from agentprobe.basis.canonical import digest_of
from agentprobe.basis.clock import RealClock
from agentprobe.basis.files import write_whole
from agentprobe.domain.hosts import is_loopback
from agentprobe.domain.task import Task
from agentprobe.errors import ConfigError, FixtureError, did_you_mean
from agentprobe.lab.chaos.budget import Budget, check_environment
from agentprobe.lab.chaos.shot import Shot
from agentprobe.lab.chaos.subject import NOTHING_USUAL, derived_task
from agentprobe.lab.grid import Selection
from agentprobe.lab.run import Campaign, Progress
from agentprobe.lab.runners import worker
from agentprobe.lab.runners.pool import Died, Overran
from agentprobe.lab.seen import Ending
from agentprobe.lab.settings import FROM_ENVIRONMENT, Experiment
from agentprobe.lab.stress.carrying import carry, how_carried
from agentprobe.lab.stress.found import Session, Stressed
from agentprobe.lab.stress.gather import Measured
from agentprobe.lab.stress.limit import Limits
from agentprobe.lab.stress.load import Load, Pace
from agentprobe.lab.stress.log import Began, Ended, Finished, Record, Sampled, Tail
from agentprobe.lab.stress.looking import Over, look_into
from agentprobe.lab.stress.shape import Kind, Shape
from agentprobe.lab.stress.usage import load_of_others
from agentprobe.lab.stress.word import PLACE, tells_sessions_apart
from agentprobe.trace.read import read_trace

GOING_SECONDS = 5.0
"""So long after its bound a load may take to come to its end; then its process is ended."""
LOOK_SECONDS = 0.05
AT_ONCE = 16
"""So many sessions are judged in one go."""
SAMPLES = 80
"""So many samples a soak gets, unless they would come too fast or too seldom."""
CONFIDENCE = 0.95
LEARNING = 3
"""So many undisturbed sessions show what a task is that nobody has written down."""


class Watching(Progress, Protocol):
    """Whoever wants to know how far a load is."""

    def loading(self, agent: str, shape: Shape) -> None:
        """The load begins."""

    def carried(self, session: Session) -> None:
        """A session is over and judged."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which load is wanted, and what it may cost."""

    shape: Shape
    agent: str = ""
    """The agent's name; empty for the only one."""
    tasks: tuple[str, ...] = ()
    rows: int | None = None
    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)
    times: float = 3.0
    """So many times the p95 of the base are too much."""
    minutes: float = 5.0
    runs: int | None = None
    derived: bool = False
    """Is there no task but what undisturbed sessions show?"""
    real: bool = False
    """May a provider be loaded that is not on this machine?"""


@dataclass
class Stress:
    """One load under way; `run` carries it out."""

    experiment: Experiment
    wanted: Wanted
    progress: Watching
    inline: bool = False
    """Is all carried out in this process?"""

    def __post_init__(self) -> None:
        """Raises ConfigError for what cannot be meant, before anything is loaded."""
        check_environment(self.experiment.chaos)
        self.agent = _chosen(self.experiment, self.wanted.agent)
        _check_real(self.experiment, self.wanted)
        self._clock = RealClock()
        self._over: list[Session] = []
        self._begun: dict[int, Began] = {}
        self._waiting: list[Over] = []
        self._samples: list[Sampled] = []
        self._stopped = self._died = ""
        self._most = 0

    def run(self) -> Stressed:
        """Carry it out, and say what it has shown."""
        self._load_before = load_of_others()
        with Campaign(self.experiment, workers=2, progress=self.progress, inline=self.inline) as lab:
            load = self._load(lab)
            self.progress.loading(self.agent, self.wanted.shape)
            began = self._clock.now()
            try:
                self._carry(lab, load)
            except KeyboardInterrupt:
                self._stopped = "it was interrupted"
                load.halt.touch()
                self._judge(lab, load)
            found = self._found(lab, load, self._clock.now() - began)
        shutil.rmtree(load.book / "work", ignore_errors=True)
        write_whole(load.book / "stress.json", msgspec.json.encode(found) + b"\n")
        return found

    # -- before -----------------------------------------------------------------------------------------

    def _load(self, lab: Campaign) -> Load:
        experiment, wanted = self.experiment, self.wanted
        rows = None if experiment.world is None else wanted.rows or min(experiment.world.rows)
        chosen = Selection(
            agents=(self.agent,),
            tasks=wanted.tasks,
            rows=(rows,) if rows is not None else (),
            faults=False,
            repetitions=1,
        )
        lab.prepare(chosen)
        self._how = lab.pool.do(how_carried, self.agent)
        assert lab.book is not None
        (level,) = lab.levels
        tasks = tuple(one for one in level.tasks if not wanted.tasks or one[0] in wanted.tasks)
        name = digest_of([lab.book.plan.id, self.agent, wanted.shape.kind])[:12]
        book = experiment.home / "stress" / name
        shutil.rmtree(book, ignore_errors=True)
        book.mkdir(parents=True)
        self._budget = Budget(
            msgspec.structs.replace(experiment.chaos, runs=wanted.runs or 1 << 60, minutes=None),
            experiment.home / "chaos",
        )
        load = Load(
            agent=self.agent,
            level=level,
            tasks=tasks,
            world=lab.world(rows),
            digests=lab.book.plan.digests,
            seed=experiment.run.seed,
            book=book,
            stages=wanted.shape.stages,
            limits=wanted.limits,
            pace=wanted.pace,
            most_seconds=experiment.run.seconds,
            bound_seconds=wanted.minutes * 60,
            sample_seconds=_sample_seconds(wanted.shape),
        )
        return replace(load, blank=self._learnt(lab, load)) if wanted.derived else load

    def _learnt(self, lab: Campaign, load: Load) -> Task:
        """The task that sessions show which run undisturbed; raises FixtureError where they do not agree."""
        asked = self.experiment.tasks[0]
        blank = Task(id=asked.id, prompt=asked.prompt)
        shots = tuple(
            Shot(job=load.job(number), usual=NOTHING_USUAL, task=blank, derived=True)
            for number in range(LEARNING)
        )
        shown = lab.pool.do(worker.shoot, shots)
        task = derived_task(asked.id, asked.prompt, [read_trace(shot.job.trace) for shot in shots], shown)
        if isinstance(task, str):
            raise FixtureError(task)
        return task

    # -- while it goes on ----------------------------------------------------------------------------------

    def _carry(self, lab: Campaign, load: Load) -> None:
        tail = Tail(load.log)
        carried = _Carried(lambda: lab.pool.do(carry, load, seconds=load.bound_seconds + GOING_SECONDS))
        if self.inline:
            carried.run()
        else:
            threading.Thread(target=carried.run, name="agentprobe-load", daemon=True).start()
        while True:
            over = carried.over.is_set()  # asked first, so that what it wrote before is read after
            self._note(tail.read())
            if over and not self._waiting:
                break
            self._judge(lab, load, most=AT_ONCE)
            if not self._stopped and (spent := self._budget.spent):
                self._stopped = spent
                load.halt.touch()
            if not over and not self._waiting:
                self._clock.sleep(LOOK_SECONDS)
        self._settle(lab, load, carried.error)

    def _settle(self, lab: Campaign, load: Load, error: BaseException | None) -> None:
        """See how the load ended: by itself, for its bound, or because a session took all others with it."""
        if error is None:
            return
        if isinstance(error, Overran):
            self._stopped = f"the bound of {self.wanted.minutes:g} minutes was reached"
            return
        if not isinstance(error, Died):
            raise error
        self._died, self._stopped = str(error), "the process that carried it ended"
        now = max((one.at for one in self._samples), default=0.0)
        for number, began in tuple(self._begun.items()):
            ended = Ended(number=number, at=max(now, began.at), ending=Ending(died=str(error)))
            self._note([ended])
        self._judge(lab, load)

    def _note(self, records: Sequence[Record]) -> None:
        for record in records:
            match record:
                case Began():
                    self._begun[record.number] = record
                    self._most = max(self._most, record.number + 1)
                case Ended():
                    began = self._begun.pop(record.number)
                    self._waiting.append(self._as_over(record, began))
                case Sampled():
                    self._samples.append(record)
                case Finished() if record.cut and not self._stopped:
                    self._stopped = record.cut

    def _as_over(self, record: Ended, began: Began) -> Over:
        return Over(
            number=record.number,
            stage=began.stage,
            began=began.at,
            ended=record.at,
            ending=record.ending,
            begun=self._most,
        )

    def _judge(self, lab: Campaign, load: Load, most: int | None = None) -> None:
        """Judge sessions that are over, at most so many."""
        while self._waiting:
            batch = tuple(self._waiting[:AT_ONCE])
            del self._waiting[: len(batch)]
            try:
                judged = lab.pool.do(look_into, load, batch)
            except (
                KeyboardInterrupt
            ):  # what is judged leaves its world and trace: a second time would be false
                self._begun |= {one.number: _unjudged(one) for one in batch}
                raise
            self._over.extend(judged)
            for session in judged:
                self._charge(session)
                self.progress.carried(session)
            if most is not None:
                return

    def _charge(self, session: Session) -> None:
        self._budget.runs += 1
        self._budget.tokens += session.tokens
        self._budget.dollars += session.dollars or 0.0

    # -- afterwards ---------------------------------------------------------------------------------------

    def _found(self, lab: Campaign, load: Load, seconds: float) -> Stressed:
        experiment, wanted = self.experiment, self.wanted
        measured = Measured(
            shape=wanted.shape,
            sessions=tuple(sorted(self._over, key=lambda one: one.number)),
            unfinished=Counter(one.stage for one in self._begun.values()),
            samples=tuple(self._samples),
            tolerated=experiment.chaos.tolerated,
            died=self._died,
            times=wanted.times,
            confidence=CONFIDENCE,
        )
        stages = measured.stages()
        simulated = experiment.model.simulated
        return Stressed(
            project=experiment.project,
            agent=self.agent,
            how=self._how,
            model=experiment.model.policy if simulated else experiment.model.at,
            simulated=simulated,
            observed=self._clock.date().isoformat(timespec="seconds"),
            seed=experiment.run.seed,
            confidence=CONFIDENCE,
            shape=wanted.shape,
            limits=str(wanted.limits),
            model_seconds=wanted.pace.first_token if simulated else None,
            stages=stages,
            findings=tuple(measured.findings(stages)),
            knee=measured.knee(stages),
            trends=measured.trends(),
            examples=measured.examples(),
            spent=measured.spent(seconds),
            folder=str(load.book),
            stopped=self._stopped,
            unsteady=measured.unsteady(stages),
            undecided=measured.undecided(stages),
            notes=(*measured.notes(stages), *self._alike(lab, load), *_others_at_work(self._load_before)),
        )

    def _alike(self, lab: Campaign, load: Load) -> Sequence[str]:
        """Said where it could not be seen that sessions are mixed up."""
        told = lab.pool.do(apart, load)
        if told:
            return ()
        return (
            f"all sessions ask the same, so it could not be seen whether they are mixed up: write {PLACE} in "
            "the task's prompt and in what it expects, and each gets a word of its own",
        )


def _unjudged(over: Over) -> Began:
    return Began(number=over.number, stage=over.stage, at=over.began)


def apart(load: Load) -> bool:
    """In a worker: would it be seen that sessions of these tasks are mixed up?"""
    jobs = [load.job(number) for number in range(len(load.tasks))]
    return len(jobs) > 1 or any(tells_sessions_apart(load.blank or worker.shop().task(job)) for job in jobs)


@dataclass
class _Carried:
    """The load's own work, and how it ended."""

    work: Callable[[], Any]
    error: BaseException | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        try:
            self.work()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - handed to who waits for it
            self.error = error
        finally:
            self.over.set()


def _others_at_work(load: float | None) -> Sequence[str]:
    """Said where the machine was busy before the load began: its figures are then those of a slower one."""
    if load is None or load < 1:
        return ()
    return (
        f"before the load began {load:.1f} processes were at work or waiting for each processor of this "
        "machine, so that all times are longer than they would be",
    )


def _sample_seconds(shape: Shape) -> float:
    soaked = shape.stages[-1].seconds if shape.kind is Kind.SOAK else None
    return 0.25 if soaked is None else min(max(soaked / SAMPLES, 0.02), 5.0)


def _chosen(experiment: Experiment, name: str) -> str:
    known = tuple(experiment.agents)
    if name and name not in known:
        raise ConfigError(f"unknown agent '{name}'{did_you_mean(name, known)}")
    if not name and len(known) != 1:
        raise ConfigError(f"a load is about one agent; say --agent, one of {', '.join(known)}")
    return name or known[0]


def _check_real(experiment: Experiment, wanted: Wanted) -> None:
    """Raise ConfigError where a provider would be loaded that is not on this machine, and nobody said so."""
    at = experiment.model.at
    if experiment.model.simulated or wanted.real:
        return
    host = urlsplit(at).hostname or ""
    if at != FROM_ENVIRONMENT and is_loopback(host):
        return
    where = "wherever the agent's own settings lead" if at == FROM_ENVIRONMENT else f"to {host or at}"
    raise ConfigError(
        f"the load would go {where}: it costs money there and may be taken for an attack; load a simulated "
        'model (at = "sim" under [model], or --sim), or a server on this machine, or say --real to mean it'
    )
