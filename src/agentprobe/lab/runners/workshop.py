"""What is done in a worker: build worlds, make tasks, carry out runs, and judge those that died."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from agentprobe.adapters.active import Active
from agentprobe.basis.clock import Clock, RealClock, VirtualClock
from agentprobe.chaos.label import VARIABLE
from agentprobe.domain.evidence import Evidence
from agentprobe.domain.task import Task
from agentprobe.errors import AgentProbeError, ConfigError, FixtureError, described
from agentprobe.kernel.session import MakeRoom
from agentprobe.lab import worlds
from agentprobe.lab.cleaning import Cleaning
from agentprobe.lab.failures import Case
from agentprobe.lab.fitting import check_answers, check_fit
from agentprobe.lab.grid import Level
from agentprobe.lab.judge import judge
from agentprobe.lab.reading import seen_in
from agentprobe.lab.runners.calling import call_agent
from agentprobe.lab.runners.commanding import Commander
from agentprobe.lab.runners.job import Job
from agentprobe.lab.runners.limit import at_most, overran
from agentprobe.lab.runners.surroundings import environment, printing_to, variables
from agentprobe.lab.seen import Ending
from agentprobe.lab.settings import Experiment
from agentprobe.lab.sources import Sources
from agentprobe.lab.tasks import digest_of_task, tasks_in
from agentprobe.lab.warnings import note
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_object, load_policy
from agentprobe.sim.policy import Policy
from agentprobe.trace.known_secrets import leaks

LEAST_FREE_BYTES = 1 << 16
"""With less than this left on the disk, a run's own writes may have failed."""


class Watch(Protocol):
    """Somebody who sees a run in this process."""

    def rooms(self, clock: Clock) -> Iterable[MakeRoom]:
        """The rooms in which it stands."""

    def opened(self, active: Active) -> None:
        """The session is open."""


class Workshop:
    """One worker's tools, made once and used for every run it gets."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.sources = Sources(experiment.folder)
        self._rules = Cleaning.of(experiment.trace)
        self.commander = Commander(experiment.folder, experiment.model, experiment.run.seconds)
        self._agents: dict[str, Callable[..., Any]] = {}
        self._tasks: dict[int | None, dict[str, Task]] = {}
        self._told: dict[str, dict[str, str]] = {}
        self._policy: Policy | None = None

    # -- before the runs ---------------------------------------------------------------------------

    def level(self, rows: int | None, world: worlds.World | None) -> Level:
        """Build a world where it is missing, and say what is asked in it."""
        experiment = self.experiment
        if world is not None and experiment.world is not None:
            build = _grown().builder(experiment) if experiment.world.of else None
            seed, project = experiment.run.seed, experiment.folder
            worlds.build(world, experiment.world, seed=seed, project=project, builder=build)
        tasks = self.tasks_at(rows, world)
        for task in tasks.values():
            self._rules.task(task)  # so that one which cannot be judged is said before anything runs
        named = tuple((name, digest_of_task(task, self.sources)) for name, task in tasks.items())
        return Level(rows=rows, world=world.digest if world else "", tasks=named)

    def writing_tasks(self, rows: int | None, world: worlds.World | None) -> tuple[str, ...]:
        """The tasks that expect effects."""
        return tuple(name for name, task in self.tasks_at(rows, world).items() if task.effects)

    def check_agent(self, name: str) -> None:
        """Raise ConfigError for an agent that cannot be called.

        It is imported in the environment of its runs: much code opens its client, or reads where its world
        is, as soon as it is imported.
        """
        if self.experiment.agents[name].call is not None:
            with environment(variables(self.experiment, name, self._place)):
                self.agent(name)
        elif shutil.which(self.experiment.agents[name].command[0], path=os.environ.get("PATH")) is None:
            command = self.experiment.agents[name].command[0]
            place = self.experiment.folder / command
            if not place.is_file():
                raise ConfigError(f"[agents.{name}] command '{command}' is not found; is it installed?")
            if not os.access(place, os.X_OK):
                said = f"[agents.{name}] command '{command}' is a file that cannot be run by itself"
                raise ConfigError(f'{said}; begin with its program, as in ["python", "{command}"]')

    def check_model(self) -> None:
        """Raise ConfigError for a simulated model whose policy cannot be loaded."""
        if self.experiment.model.simulated:
            self._model(0)

    # -- runs --------------------------------------------------------------------------------------

    def carry_out(self, job: Job) -> Evidence:
        """Run the agent once and judge it."""
        task = self.task(job)
        try:
            self.clear(job)
            return self._judged(job, task, self.ended(job, task))
        except OSError as error:
            raise AgentProbeError(f"a run could not be carried out: {error}") from error
        finally:
            self.swept(job)

    def examine(self, job: Job, ending: Ending) -> Evidence:
        """Judge a run whose process did not come back, by what it left on disk."""
        if overran(job):
            ending = Ending(overran=self.experiment.run.seconds)
        try:
            return self._judged(job, self.task(job), ending)
        finally:
            self.swept(job)

    def clear(self, job: Job, *, alone: bool = True) -> None:
        """Make a run's own folder, with its world; `alone` where this process has one run at a time."""
        self.swept(job)
        job.trace.unlink(missing_ok=True)
        job.work.mkdir(parents=True)
        job.output.parent.mkdir(parents=True, exist_ok=True)
        if job.own_world is None or job.world is None or self.experiment.world is None:
            return
        if self.experiment.world.of:
            seen_at = self._place if alone and self._place is not None else job.own_world
            settings, home = self.experiment.world, job.world.folder
            _grown().furnished(settings, home, job.own_world, seen_at=seen_at, alone=alone)
        else:
            worlds.furnish(job.world, job.own_world, self.experiment.world.shared)

    def swept(self, job: Job) -> None:
        """Take away all that was made for a run."""
        if job.own_world is not None and self.experiment.world is not None and self.experiment.world.of:
            _grown().released(self.experiment.world, job.own_world)
        shutil.rmtree(job.work, ignore_errors=True)

    def ended(
        self,
        job: Job,
        task: Task,
        *,
        watch: Watch | None = None,
        limits: Iterable[MakeRoom] = (),
        fast: bool = False,
        restarts: int = 0,
        timed: bool = True,
    ) -> Ending:
        """Run the agent to its end; where somebody watches in this process, no trace is kept.

        `limits` are further rooms, which may end the run. `timed` says that it is ended after its time; else
        somebody else sees to that.
        """
        experiment, agent = self.experiment, self.experiment.agents[job.run.agent]
        model = self._model(job.answers_seed) if experiment.model.simulated else None
        simulated = model is not None
        virtual = simulated and agent.call is not None
        orders = job.orders(
            experiment.trace,
            virtual=virtual,
            simulated=simulated,
            traced=watch is None,
            fast=fast,
            label=experiment.chaos.label,
            reads=agent.reads,
        )
        told = self._variables(job.run.agent)
        if orders.schedule and orders.label:
            told[VARIABLE] = orders.id
        with ExitStack() as around:
            around.enter_context(self._placed(job.own_world))
            clock = VirtualClock() if virtual else RealClock()
            rooms = (*(watch.rooms(clock) if watch is not None else ()), *limits)
            with environment(told) if watch is None else nullcontext():  # so that its secrets are known
                active = orders.open(answer=model.pieces if model else None, clock=clock, rooms=rooms)
            writer = active.writer
            if watch is not None:
                watch.opened(active)
            if agent.call is not None:
                around.enter_context(environment(told))
                if watch is None:
                    log, *_ = job.outputs
                    around.enter_context(printing_to(log, log))
                if timed:
                    around.enter_context(at_most(experiment.run.seconds, job))
                called = self.agent(job.run.agent)
                ending = call_agent(called, task.prompt, agent.settings, active, restarts=restarts)
            else:
                run = self.commander.run
                ending = run(agent.command, task.prompt, active, told, job.output, restarts=restarts)
        if writer is not None and writer.failure is not None:
            raise AgentProbeError(f"a trace could not be written: {writer.failure}")
        if writer is not None:
            check_room(job.book)
        return _with_failure(ending, model)

    def _variables(self, agent: str) -> dict[str, str]:
        """The environment of an agent's runs; a worker's own stays as it was when it began."""
        if agent not in self._told:
            self._told[agent] = variables(self.experiment, agent, self._place)
        return dict(self._told[agent])

    @property
    def _place(self) -> Path | None:
        """Where each run's world is seen: one path for all runs of a worker.

        So an agent that reads the path once, when it is imported, still finds the world of the run at hand.
        """
        if self.experiment.world is None:
            return None
        return self.experiment.home / "work" / f"worker-{os.getpid()}"

    @contextmanager
    def _placed(self, world: Path | None) -> Iterator[None]:
        """Let a run's world be seen there while the run is under way."""
        place = self._place
        if place is None or world is None:
            yield
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(world, target_is_directory=True)
        try:
            yield
        finally:
            place.unlink(missing_ok=True)

    def _judged(self, job: Job, task: Task, ending: Ending) -> Evidence:
        if job.world is not None:
            worlds.check_unspoilt(job.world, f"agent '{job.run.agent}' in task '{job.run.task}'")
        cleaning = self.cleaning(job.run.agent)
        case = Case(
            run=job.run,
            task=cleaning.task(task),
            ending=ending,
            seen=seen_in(job.trace),
            world=job.own_world,
            patience_seconds=self.experiment.run.patience_seconds,
        )
        trace = str(job.trace.relative_to(job.book))
        found = judge(case, trace=trace, observed=RealClock().date().isoformat(timespec="seconds"))
        if job.world is not None:
            found = replace(found, world_until=job.world.until)
        for printed in job.outputs:
            cleaning.file(printed)
        for leak in leaks(job.trace, cleaning.redaction.known):
            note(job.book, f"{trace}, {leak}")
        return cleaning.evidence(found)

    def cleaning(self, agent: str) -> Cleaning:
        """What of an agent's runs may be kept."""
        told = variables(self.experiment, agent, self._place)
        return Cleaning.of(self.experiment.trace, {**os.environ, **told})

    # -- what is kept ------------------------------------------------------------------------------

    def agent(self, name: str) -> Callable[..., Any]:
        """The callable that an agent is; raises ConfigError for one that cannot be called."""
        if name not in self._agents:
            call = self.experiment.agents[name].call
            assert call is not None, "only callables are looked up here"
            found = load_object(call, self.experiment.folder)
            check_fit(found, call, "prompt", named=self.experiment.agents[name].settings)
            check_answers(found, call)
            self._agents[name] = found
        return self._agents[name]

    def _model(self, seed: int) -> SimulatedModel:
        text = self.experiment.model.policy
        if not text:
            raise ConfigError('[model] at = "sim" needs a policy, such as policy = "policy:SupportDesk"')
        if self._policy is None:
            self._policy = load_policy(text, self.experiment.folder)
        return SimulatedModel(self._policy, seed=seed)

    def task(self, job: Job) -> Task:
        """The task of a run; raises FixtureError where it is another each time it is made."""
        tasks = self.tasks_at(job.run.regime.rows, job.world)
        task = tasks.get(job.run.task)
        if task is None or digest_of_task(task, self.sources) != job.task_digest:
            said = f"the task '{job.run.task}' is not the same each time it is made"
            raise FixtureError(f"{said}; draw chance in tasks from a fixed seed")
        return task

    def tasks_at(self, rows: int | None, world: worlds.World | None) -> dict[str, Task]:
        """The tasks of a density, by name."""
        if rows not in self._tasks:
            tasks = tasks_in(self.experiment, world.folder if world else None, rows)
            self._tasks[rows] = {task.id: task for task in tasks}
        return self._tasks[rows]


def _grown() -> Any:
    """What makes worlds of shapes; loaded only where it is needed, since it loads large libraries."""
    from agentprobe.lab.runners import grown

    return grown


def check_room(folder: Path, least: int = LEAST_FREE_BYTES) -> None:
    """Raise AgentProbeError where a disk is full: what went wrong meanwhile says nothing about the agent."""
    if shutil.disk_usage(folder).free < least:
        raise AgentProbeError(f"the disk that holds {folder} is full; what was done before is kept")


def _with_failure(ending: Ending, model: SimulatedModel | None) -> Ending:
    """Say so when the simulated model, not the agent, has failed."""
    if model is None or model.failure is None:
        return ending
    said = f"the simulated model's policy failed: {described(model.failure)}"
    return Ending(answer=ending.answer, raised=ending.raised, house_failure=said, seconds=ending.seconds)
