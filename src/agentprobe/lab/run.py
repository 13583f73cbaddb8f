"""A campaign: from an experiment to a book of evidence, in parallel, stoppable and resumable."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import msgspec

from agentprobe.basis.clock import RealClock
from agentprobe.domain.evidence import Evidence, Run, Status
from agentprobe.errors import FixtureError
from agentprobe.lab.book import Book
from agentprobe.lab.cleaning import Cleaning
from agentprobe.lab.grid import Level, Selection, check_schedules, check_selection, digests_of, plan
from agentprobe.lab.runners import worker
from agentprobe.lab.runners.inline import Inline
from agentprobe.lab.runners.job import Job
from agentprobe.lab.runners.pool import Died, Overran, Pool
from agentprobe.lab.seen import Ending
from agentprobe.lab.settings import Experiment, WorldSettings
from agentprobe.lab.sources import Sources
from agentprobe.lab.staleness import what_it_is_of
from agentprobe.lab.worlds import World, world_at

GRACE_SECONDS = 10.0
"""How much longer than its run a worker may take: to furnish the world before it, and to judge it after."""


class Progress(Protocol):
    """Whoever wants to know how far a campaign is."""

    def preparing(self, what: str) -> None:
        """Something is being made ready."""

    def planned(self, total: int, done: int) -> None:
        """So many runs are in the plan, and so many of them were done before."""

    def ran(self, evidence: Evidence) -> None:
        """A run is done."""


class Quiet:
    """Nobody wants to know."""

    def preparing(self, what: str) -> None: ...

    def planned(self, total: int, done: int) -> None: ...

    def ran(self, evidence: Evidence) -> None: ...


class Campaign:
    """One experiment under way, with its workers; use it with `with`.

    `prepare` builds the worlds and lays out the plan, `run` carries out what is missing from the book. An
    interruption ends the runs under way; those that were done are kept, and the next campaign goes on.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        workers: int = 0,
        progress: Progress | None = None,
        inline: bool = False,
    ) -> None:
        """`inline` carries all out in this process instead of workers of its own."""
        check_schedules(experiment)
        self.experiment = experiment
        self._cleaning = Cleaning.of(experiment.trace)
        self.progress = progress or Quiet()
        self.book: Book | None = None
        self._pool: Pool | Inline = Inline(experiment) if inline else Pool(experiment, workers)
        self._worlds: dict[int | None, World | None] = {}
        self._tasks: dict[tuple[int | None, str], str] = {}
        self.levels: tuple[Level, ...] = ()
        """The densities with their tasks, once they are prepared."""

    @property
    def pool(self) -> Pool | Inline:
        """The workers."""
        return self._pool

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All evidence of the plan, each with the day on which its world is stale as is known now."""
        until = {rows: world.until for rows, world in self._worlds.items() if world is not None}
        return tuple(
            replace(item, world_until=until.get(item.run.regime.rows, "")) for item in self._opened().evidence
        )

    def world(self, rows: int | None) -> World | None:
        """The world at a density, once it is prepared."""
        return self._worlds[rows]

    def prepare(self, chosen: Selection | None = None, *, fresh: bool = False) -> Book:
        """Build what is missing, lay out the plan, and open its book.

        Raises ConfigError and FixtureError for parts that cannot be loaded or built.
        """
        chosen = chosen or Selection()
        check_selection(self.experiment, chosen)
        sources = Sources(self.experiment.folder)
        try:
            self.progress.preparing("agents")
            self._pool.do(worker.check_parts, chosen.agents or tuple(self.experiment.agents))
            levels = self._levels(sources, chosen)
        except Died as died:
            said = "importing the agents, building a world or making the tasks ended the process"
            raise FixtureError(f"{said} that did it: {died}") from died
        self.levels = tuple(levels)
        self._tasks = {(one.rows, task): digest for one in levels for task, digest in one.tasks}
        laid = plan(self.experiment, levels, digests_of(self.experiment, sources), chosen)
        self.book = Book.at(self.experiment.home, laid, fresh=fresh)
        told = {"settings": _plain(self.experiment), "project": self.experiment.project}
        self.book.describe(told, self._cleaning)
        return self.book

    def run(self) -> Book:
        """Carry out every run that is missing, and write down what it came to."""
        book = self._opened()
        missing = book.missing
        self.progress.planned(len(book.plan.runs), len(book.plan.runs) - len(missing))
        shutil.rmtree(book.folder / "work", ignore_errors=True)
        jobs = (self.job(run) for run in missing)
        try:
            for job, settle in self._pool.each(worker.carry_out, jobs, self._most_seconds):
                evidence = self._result(job, settle)
                book.add(evidence)
                self.progress.ran(evidence)
        finally:
            shutil.rmtree(book.folder / "work", ignore_errors=True)
        return book

    def repeat(self, run: Run, trace: Path) -> Evidence:
        """Carry out one run again, with its trace in a file of its own; the book stays as it is."""
        job = self.job(run, trace)
        return self._result(job, lambda: self._pool.do(worker.carry_out, job, seconds=self._most_seconds))

    def job(self, run: Run, trace: Path | None = None) -> Job:
        """A run as workers get it."""
        book = self._opened()
        return Job(
            run=run,
            task_digest=self._tasks[(run.regime.rows, run.task)],
            world=self._worlds[run.regime.rows],
            book=book.folder,
            trace=trace or book.trace(run),
        )

    def _result(self, job: Job, settle: Callable[[], Evidence]) -> Evidence:
        """What a run came to, also when its process did not live to tell."""
        try:
            return settle()
        except Died as died:
            ending = Ending(died=str(died))
        except Overran:
            ending = Ending(overran=self.experiment.run.seconds)
        try:
            return self._pool.do(worker.examine, job, ending, seconds=self._most_seconds)
        except (Died, Overran) as error:
            said = f"the run could not be judged: {error}"
            now = RealClock().date().isoformat(timespec="seconds")
            return Evidence(run=job.run, status=Status.ERROR, reason=said, observed=now)

    def _levels(self, sources: Sources, chosen: Selection) -> list[Level]:
        settings = self.experiment.world
        if settings is None:
            self._worlds = {None: None}
            return [self._pool.do(worker.level, None, None)]
        home, seed = self.experiment.home, self.experiment.run.seed
        source = _source_of(settings, sources, self.experiment.folder)
        for rows in chosen.rows or settings.rows:
            self._worlds[rows] = world_at(rows, settings, source=source, seed=seed, home=home)
        missing = [f"{rows:,}" for rows, world in self._worlds.items() if world and not world.built]
        if missing:
            self.progress.preparing(f"worlds of {', '.join(missing)} rows")
        largest_first = sorted(self._worlds.items(), key=lambda item: -(item[0] or 0))
        found = [settle() for _, settle in self._pool.each(_level, largest_first)]
        return sorted(found, key=lambda one: one.rows or 0)

    @property
    def _most_seconds(self) -> float:
        return self.experiment.run.seconds + GRACE_SECONDS

    def _opened(self) -> Book:
        assert self.book is not None, "a campaign is prepared before it runs"
        return self.book

    def __enter__(self) -> Self:
        self._pool.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._pool.__exit__(kind, error, trace)
        finally:
            if self.book is not None:
                self.book.close()


def run_plan(
    experiment: Experiment,
    chosen: Selection | None = None,
    *,
    fresh: bool = False,
    workers: int = 0,
    progress: Progress | None = None,
) -> Book:
    """Carry out an experiment, or go on with it, and return all its evidence."""
    with Campaign(experiment, workers=workers, progress=progress) as campaign:
        campaign.prepare(chosen, fresh=fresh)
        return campaign.run()


def _source_of(settings: WorldSettings, sources: Sources, project: Path) -> str:
    """The digest of what builds a world."""
    if settings.build is not None:
        return sources.of_reference(settings.build)
    return what_it_is_of(settings, project, version("agentprobe-prod"))


def _level(at: tuple[int | None, World | None]) -> Level:
    return worker.level(*at)


def _plain(experiment: Experiment) -> Any:
    """The settings as plain data, without the place they were read at."""
    found = msgspec.to_builtins(experiment, enc_hook=str)
    del found["folder"]
    return found
