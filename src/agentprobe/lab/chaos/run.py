"""A chaos campaign: from an experiment to what breaks its agents, in parallel, stoppable and resumable."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Protocol

import msgspec

from agentprobe.basis.canonical import digest_of
from agentprobe.basis.clock import RealClock
from agentprobe.basis.dice import Dice
from agentprobe.basis.files import write_whole
from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import Strike
from agentprobe.domain.evidence import Evidence, Status
from agentprobe.domain.task import Task
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.lab.chaos.budget import Budget, check_environment
from agentprobe.lab.chaos.found import Campaigned, Hunted
from agentprobe.lab.chaos.gallery import Gallery
from agentprobe.lab.chaos.gather import campaigned
from agentprobe.lab.chaos.hunt import Hunt
from agentprobe.lab.chaos.journal import Journal
from agentprobe.lab.chaos.lineage import LineageHunt
from agentprobe.lab.chaos.planned import Planned, planned
from agentprobe.lab.chaos.settings import ChaosSettings
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.chaos.single import SingleHunt
from agentprobe.lab.chaos.subject import Subject, derived_task, is_light, reach_of, usual_of
from agentprobe.lab.chaos.suites import forms_of, named
from agentprobe.lab.grid import Level, Selection, run_of
from agentprobe.lab.run import Campaign, Progress
from agentprobe.lab.runners import worker
from agentprobe.lab.runners.job import Job
from agentprobe.lab.settings import FROM_ENVIRONMENT, Experiment
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

COVERING, LINEAGE = "covering", "lineage"
"""How combinations are chosen: by covering arrays, or by what good runs really used."""


class Watching(Progress, Protocol):
    """Whoever wants to know how far a campaign is."""

    def hunting(self, agent: str, task: str, strikes: int) -> None:
        """A subject's turn has come."""

    def shot(self, shown: Shown) -> None:
        """A run under faults is done."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which part of an experiment a campaign is about, and how it goes about it."""

    agents: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    rows: int | None = None
    """The density; the smallest when left out."""
    plan: str = COVERING
    fresh: bool = False
    derived: bool = False
    """Is there no task but what undisturbed runs show?"""
    schedule: str = ""
    """One schedule to be shot alone, instead of a search."""
    command: tuple[str, ...] = ()
    """The agent's command, where no settings file names it."""
    policy: str = ""
    """The simulated model of such an agent."""
    reads: tuple[str, ...] = ()
    """Its tools that only read."""
    config: str = ""
    """The settings file as it was named, where it is not the usual one."""
    seed: int | None = None
    """The seed as it was named, where it is not that of the settings."""
    first: int = 0
    """The throw of the dice that a single schedule begins with."""
    keeps: bool = True
    """Is what is found written down as the last campaign?"""


@dataclass
class Chaos:
    """One campaign under way; `run` carries it out."""

    experiment: Experiment
    chosen: Chosen
    progress: Watching
    workers: int = 0
    inline: bool = False
    """Is all carried out in this process?"""
    hunts: list[tuple[Hunt, Hunted]] = field(default_factory=list)
    unsteady: list[Hunted] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Raises ConfigError for faults, suites and environments that cannot be meant."""
        self.settings: ChaosSettings = self.experiment.chaos
        check_environment(self.settings)
        faults = self.settings.faults
        self._forms, self._strikes = named(faults, "the faults of the campaign") if faults else ((), ())
        if not faults:
            self._forms = forms_of(self.settings.suite)

    def run(self) -> Campaigned:
        """Carry it out, or go on with it; what was run before is not run again."""
        with self._lab() as lab:
            stopped = ""
            self._prepare(lab)
            with Journal(self.folder / "shots.jsonl") as journal:
                self._gallery = self._opened(lab, journal)
                try:
                    self._hunt(lab)
                except KeyboardInterrupt:
                    stopped = "it was interrupted; the same command goes on with it"
                    hunts = self.hunts
                    self.hunts = [(hunt, told if told.strikes else hunt.so_far()) for hunt, told in hunts]
                found = campaigned(self, stopped)
        if self.chosen.keeps and (found.minimal or not self.chosen.schedule):
            home = self.experiment.home / "chaos"
            write_whole(self.results / "campaign.json", msgspec.json.encode(found) + b"\n")
            write_whole(home / "latest", f"{self.results.relative_to(home)}\n")
        return found

    @property
    def results(self) -> Path:
        """Where what is found is written; a single shot does not replace what a campaign has found."""
        if not self.chosen.schedule:
            return self.folder
        return self.folder / "shots" / digest_of([self.chosen.agents, self.chosen.schedule])[:12]

    def plan(self) -> Planned:
        """What would be tried, and about what it would cost; only undisturbed runs are carried out."""
        with self._lab() as lab:
            self._prepare(lab)
            with Journal(self.folder / "shots.jsonl") as journal:
                self._gallery = self._opened(lab, journal)
                return planned(self, [*self._subjects(lab)])

    def _opened(self, lab: Campaign, journal: Journal) -> Gallery:
        """Where the runs are carried out."""
        seconds = self.experiment.run.seconds
        return Gallery(lab.pool, journal, self._budget, seconds, self.progress.shot)

    def _lab(self) -> Campaign:
        return Campaign(self.experiment, workers=self.workers, progress=self.progress, inline=self.inline)

    # -- before the faults -----------------------------------------------------------------------------

    def _prepare(self, lab: Campaign) -> None:
        selection = Selection(
            agents=self.chosen.agents,
            rows=(self._rows,) if self._rows is not None else (),
            faults=False,
            repetitions=self.settings.baseline,
        )
        lab.prepare(selection, fresh=self.chosen.fresh)
        assert lab.book is not None
        self._plan = lab.book.plan
        self.folder = self.experiment.home / "chaos" / digest_of([self._plan.id, self._rows])[:12]
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.chosen.fresh:
            (self.folder / "shots.jsonl").unlink(missing_ok=True)
            shutil.rmtree(self.folder / "traces", ignore_errors=True)
        self._budget = Budget(self.settings, self.folder.parent)

    @property
    def _rows(self) -> int | None:
        if self.experiment.world is None:
            if self.chosen.rows is not None:
                raise ConfigError("there is no [world], so there are no rows; leave --rows out")
            return None
        return self.chosen.rows or min(self.experiment.world.rows)

    @property
    def budget(self) -> Budget:
        """What it has cost."""
        return self._budget

    def _hunt(self, lab: Campaign) -> None:
        for subject in self._subjects(lab):
            if isinstance(subject, Hunted):
                self.unsteady.append(subject)
            else:
                self._begin(subject)
        for place, (hunt, _) in enumerate(self.hunts):
            self._tell(hunt)
            told = hunt.run()
            hunt.check_steady()
            self.hunts[place] = (hunt, told)

    def _subjects(self, lab: Campaign) -> Iterator[Subject | Hunted]:
        (level,) = lab.levels
        tasks = self._tasks(lab, level)
        for agent, task in product(self.chosen.agents or tuple(self.experiment.agents), tasks):
            yield self._subject(lab, agent, level, task)

    def strikes(self, subject: Subject) -> tuple[Strike, ...]:
        """What is tried on a subject."""
        if self.chosen.schedule:
            return Schedule.parse(self.chosen.schedule).strikes
        return (*subject.reach.strikes(self._forms), *self._strikes)

    def _begin(self, subject: Subject) -> None:
        strikes = self.strikes(subject)
        hunt = self._kind(subject, strikes, self._gallery, self.settings, self.experiment.run.seed)
        hunt.first = self.chosen.first
        self.hunts.append((hunt, Hunted(agent=subject.agent, task=subject.task, rows=subject.rows)))
        self._tell(hunt)
        hunt.begin()

    def _tell(self, hunt: Hunt) -> None:
        self.progress.hunting(hunt.subject.agent, hunt.subject.task, len(hunt.strikes))

    @property
    def _kind(self) -> type[Hunt]:
        if self.chosen.schedule:
            return SingleHunt
        return LineageHunt if self.chosen.plan == LINEAGE else Hunt

    def _tasks(self, lab: Campaign, level: Level) -> Sequence[tuple[str, str]]:
        """The tasks that are tried: those named, or some of those that write and some that do not."""
        known = dict(level.tasks)
        for name in self.chosen.tasks:
            if name not in known:
                raise ConfigError(f"unknown task '{name}'{did_you_mean(name, known)}")
        if self.chosen.tasks:
            return [(name, known[name]) for name in self.chosen.tasks]
        writing = set(lab.pool.do(worker.writing_tasks, level.rows, lab.world(level.rows)))
        dice = Dice(self.experiment.run.seed).at("tasks of a campaign")
        names = sorted(known)
        dice.shuffle(names)
        first = [name for name in names if name in writing]
        other = [name for name in names if name not in writing]
        mixed = [name for pair in _alternating(first, other) for name in pair]
        return [(name, known[name]) for name in mixed[: self.settings.tasks]]

    # -- the undisturbed agent ---------------------------------------------------------------------------

    def _subject(self, lab: Campaign, agent: str, level: Level, task: tuple[str, str]) -> Subject | Hunted:
        """An agent on a task, once it is known what it does undisturbed; why not, where it does not pass."""

        def job(schedule: str, nth: int) -> Job:
            run = run_of(self.experiment.run.seed, self._plan.digests, agent, level, task, schedule, nth)
            return Job(
                run=run,
                task_digest=task[1],
                world=lab.world(level.rows),
                book=self.folder,
                trace=self.folder / "traces" / f"{run.key}.jsonl",
                # else undisturbed runs differ by what the model was made to say, and show no task
                model_seed=self.experiment.run.seed if self.chosen.derived else None,
            )

        bare = Subject(agent=agent, task=task[0], rows=level.rows, job=job)
        if self.chosen.derived:
            return self._learnt(bare)
        evidence = self._undisturbed(lab, agent, level, task)
        if broken := next((one for one in evidence if one.status is not Status.PASSED), None):
            why = f"undisturbed it {broken.status.value}: {broken.reason}"
            return Hunted(agent=agent, task=task[0], rows=level.rows, unsteady=why)
        assert lab.book is not None
        traces = [read_trace(lab.book.trace(one.run)) for one in evidence]
        return self._known(bare, traces, [one.seconds for one in evidence])

    def _undisturbed(
        self, lab: Campaign, agent: str, level: Level, task: tuple[str, str]
    ) -> Sequence[Evidence]:
        """What the runs without faults came to; what is in the book with its trace is not repeated."""
        assert lab.book is not None
        found = []
        for nth in range(self.settings.baseline):
            run = run_of(self.experiment.run.seed, self._plan.digests, agent, level, task, "", nth)
            known = lab.book.find(run.key)
            if known is None or known.status is Status.ERROR or not lab.book.trace(run).exists():
                known = lab.repeat(run, lab.book.trace(run))
                lab.book.add(known)
            found.append(known)
            if known.status is not Status.PASSED:
                break
        return found

    def _learnt(self, bare: Subject) -> Subject | Hunted:
        """What a task consists of that nobody has written down: whatever undisturbed runs agree on."""
        asked = next(task for task in self.experiment.tasks if task.id == bare.task)
        blank = Subject(
            agent=bare.agent,
            task=bare.task,
            rows=bare.rows,
            job=bare.job,
            derived=Task(id=asked.id, prompt=asked.prompt),
        )
        shots = [blank.shot("", nth, traced=True) for nth in range(self.settings.baseline)]
        shown = [what for _, what in self._gallery.shoot(shots)]
        traces = [read_trace(shot.job.trace) for shot in shots]
        task = derived_task(asked.id, asked.prompt, traces, shown)
        if isinstance(task, str):
            return Hunted(agent=bare.agent, task=bare.task, rows=bare.rows, unsteady=task)
        return self._known(bare, traces, [one.seconds for one in shown], task)

    def _known(
        self, bare: Subject, traces: Sequence[Trace], seconds: Sequence[float], derived: Task | None = None
    ) -> Subject:
        agent = self.experiment.agents[bare.agent]
        virtual = self.experiment.model.simulated and agent.call is not None
        return Subject(
            agent=bare.agent,
            task=bare.task,
            rows=bare.rows,
            job=bare.job,
            usual=usual_of(traces, seconds),
            reach=reach_of(traces),
            light=virtual and is_light(traces),
            deterministic=virtual,
            derived=derived,
        )

    def again(self, agent: str, task: str, schedule: str) -> str:
        """The command that shows a schedule's effect again."""
        seed = ("--seed", str(self.chosen.seed)) if self.chosen.seed is not None else ()
        if self.chosen.command:
            words = (
                "agentprobe",
                "chaos",
                *self._model,
                *(word for tool in self.chosen.reads for word in ("--reads", tool)),
                *seed,
                "--fault",
                schedule,
                "--",
                *self.chosen.command,
            )
            return shlex.join(words)
        config = ("--config", self.chosen.config) if self.chosen.config else ()
        rows = ("--rows", str(self._rows)) if self.chosen.rows else ()
        which = (*config, "--agent", agent, "--task", task, *rows, *seed)
        return shlex.join(("agentprobe", "chaos", *which, "--fault", schedule))

    @property
    def _model(self) -> tuple[str, ...]:
        """The options that say which model answers a command."""
        model = self.experiment.model
        if model.simulated:
            return ("--sim", model.policy)
        return ("--model-url", model.at) if model.at != FROM_ENVIRONMENT else ()

    @property
    def observed(self) -> str:
        """Now, as an ISO date and time."""
        return RealClock().date().isoformat(timespec="seconds")


def _alternating(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for at in range(max(len(a), len(b))):
        yield (*a[at : at + 1], *b[at : at + 1])
