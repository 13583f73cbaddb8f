"""A load carried out in one process: sessions side by side, as threads, as tasks of one loop, as commands."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import msgspec

from agentprobe.adapters.active import Active
from agentprobe.basis.clock import RealClock
from agentprobe.basis.files import AppendLog
from agentprobe.domain.task import Task
from agentprobe.errors import AgentProbeError, described
from agentprobe.lab.runners import worker
from agentprobe.lab.runners.calling import call_agent
from agentprobe.lab.runners.job import Job
from agentprobe.lab.runners.surroundings import environment, variables
from agentprobe.lab.runners.workshop import Workshop, check_room
from agentprobe.lab.seen import Ending
from agentprobe.lab.stress.belonging import own_environment, own_environments, threads_belong
from agentprobe.lab.stress.in_a_loop import carried_in_a_loop
from agentprobe.lab.stress.in_threads import carried_in_threads
from agentprobe.lab.stress.limit import Provider
from agentprobe.lab.stress.load import Load
from agentprobe.lab.stress.log import Began, Ended, Finished, Sampled
from agentprobe.lab.stress.shape import Stage
from agentprobe.lab.stress.turns import Turns
from agentprobe.lab.stress.usage import Usage, cpu_seconds, of_children, of_this_process
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_policy


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A session that can begin."""

    number: int
    job: Job
    task: Task
    active: Active
    environ: Mapping[str, str]
    model: SimulatedModel | None = None


def carry(load: Load) -> None:
    """In a worker: carry out a load; all that is known of it is in its log."""
    with AppendLog(load.log) as log:
        Carrier(worker.shop(), load, log).carry()


@dataclass
class Carrier:
    """One load under way."""

    shop: Workshop
    load: Load
    log: AppendLog
    clock: RealClock = field(default_factory=RealClock)

    def __post_init__(self) -> None:
        self._settings = self.shop.experiment.agents[self.load.agent]
        self._began = self.clock.now()
        self._cpu = cpu_seconds()
        self._provider = Provider(self.load.limits, self.clock)
        self._numbers = count()
        self._stage = 0
        self._running: dict[int, float] = {}
        self._lock = threading.Lock()
        self._cut = ""
        names = {name for name, _ in self.load.tasks}
        jobs = [self.load.job(number) for number in range(len(names))]
        blank = self.load.blank
        self._tasks = {job.run.task: blank or self.shop.task(job) for job in jobs}

    def carry(self) -> None:
        """Carry out all stages, unless the bound or a halt comes before."""
        with ExitStack() as around:
            around.enter_context(environment(self._told))
            around.enter_context(threads_belong())
            around.enter_context(own_environments())
            around.enter_context(self._sampled())
            self.is_command = self._settings.call is None
            self.agent = None if self.is_command else self.shop.agent(self.load.agent)
            if self.agent is not None and _is_asynchronous(self.agent):
                carried_in_a_loop(self, self._stages())
            else:
                carried_in_threads(self, self._stages())
        self._add(Finished(at=self.at, cut=self._cut))

    def _stages(self) -> Iterator[tuple[Stage, Turns]]:
        for number, stage in enumerate(self.load.stages):
            if self._barred():
                return
            self._stage = number
            yield stage, Turns(stage, self._numbers, self.clock, self._barred)

    def _barred(self) -> bool:
        if not self._cut:
            if self.at >= self.load.bound_seconds:
                self._cut = f"the bound of {self.load.bound_seconds / 60:g} minutes was reached"
            elif self.load.halt.exists():
                self._cut = "it was halted"
        return bool(self._cut)

    @property
    def at(self) -> float:
        """Seconds since the load began."""
        return self.clock.now() - self._began

    # -- one session -----------------------------------------------------------------------------------

    def ready(self, number: int) -> Ready:
        """All that a session needs, made before its time is taken."""
        job, experiment = self.load.job(number), self.shop.experiment
        self.shop.clear(job, alone=False)
        model = self._model(job.run.seed) if experiment.model.simulated else None
        orders = job.orders(
            experiment.trace,
            virtual=False,
            simulated=model is not None,
            label=experiment.chaos.label,
            reads=experiment.agents[job.run.agent].reads,
        )
        rooms = (self._provider.room,)
        return Ready(
            number=number,
            job=job,
            task=self.load.task(number, self._tasks[job.run.task]),
            active=orders.open(answer=model.pieces if model else None, clock=self.clock, rooms=rooms),
            environ=self._own(job),
            model=model,
        )

    def ended(self, ready: Ready) -> Ending:
        """Run a session to its end in this thread."""
        settings, active = self._settings, ready.active
        if self.agent is None:
            told = {**self._told, **ready.environ}
            run = self.shop.commander.run
            return run(settings.command, ready.task.prompt, active, told, ready.job.output)
        with own_environment(ready.environ):
            return call_agent(self.agent, ready.task.prompt, settings.settings, active)

    async def ended_async(self, ready: Ready) -> Ending:
        """The same in this task, for an asynchronous callable."""
        assert self.agent is not None, "commands are no coroutines"
        began = self.clock.now()
        with own_environment(ready.environ):
            try:
                async with ready.active:
                    answer = await self.agent(ready.task.prompt, **self._settings.settings)
                    ending = Ending(answer="" if answer is None else str(answer))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - code under test may end in any way
                ending = Ending(raised=described(error))
        return replace(ending, seconds=self.clock.now() - began)

    def begin(self, number: int) -> None:
        """Note that a session begins."""
        with self._lock:
            self._running[number] = self.clock.now()
        self._add(Began(number=number, stage=self._stage, at=self.at))

    def end(self, number: int, ending: Ending, ready: Ready | None = None) -> bool:
        """Note how a session ended; False for one that was given up before."""
        with self._lock:
            if self._running.pop(number, None) is None:
                return False
        if ready is not None:
            ending = _with_failure(ending, ready.model)
            if ready.active.writer is not None and ready.active.writer.failure is not None:
                raise AgentProbeError(f"a trace could not be written: {ready.active.writer.failure}")
            check_room(self.load.book)
        self._add(Ended(number=number, at=self.at, ending=ending))
        return True

    def overdue(self) -> list[int]:
        """The sessions that have taken longer than they may."""
        late = self.clock.now() - self.load.most_seconds
        with self._lock:
            return [number for number, began in self._running.items() if began < late]

    @property
    def overran(self) -> Ending:
        """How such a session ends."""
        return Ending(overran=self.load.most_seconds, seconds=self.load.most_seconds)

    # -- what is around it -------------------------------------------------------------------------------

    @property
    def _told(self) -> dict[str, str]:
        """The environment of all sessions; worlds are each session's own."""
        return variables(self.shop.experiment, self.load.agent, self.load.book / "work" / "world")

    def _own(self, job: Job) -> Mapping[str, str]:
        if job.own_world is None:
            return {}
        told = variables(self.shop.experiment, self.load.agent, job.own_world)
        return {name: text for name, text in told.items() if text != self._told.get(name)}

    def _model(self, seed: int) -> SimulatedModel:
        experiment, pace = self.shop.experiment, self.load.pace
        return SimulatedModel(
            load_policy(experiment.model.policy, experiment.folder),
            seed=seed,
            first_token=pace.first_token,
            token_rate=pace.token_rate,
        )

    @contextmanager
    def _sampled(self) -> Iterator[None]:
        """Note now and then what is used, as long as the load lasts."""
        over = threading.Event()

        def sample() -> None:
            while not over.wait(self.load.sample_seconds):
                self._add(self._sample())

        sampler = threading.Thread(target=sample, name="agentprobe-sampler", daemon=True)
        sampler.start()
        try:
            yield
        finally:
            over.set()
            sampler.join()

    def _sample(self) -> Sampled:
        under_way = len(self._running)
        usage: Usage = of_children(under_way) if self._settings.call is None else of_this_process()
        return Sampled(
            at=self.at,
            stage=self._stage,
            under_way=under_way,
            resident_bytes=usage.resident_bytes,
            blocks=usage.blocks,
            threads=usage.threads,
            files=usage.files,
            cpu_seconds=cpu_seconds() - self._cpu,
        )

    def _add(self, record: Began | Ended | Sampled | Finished) -> None:
        self.log.add(msgspec.json.encode(record))


def how_carried(agent: str) -> str:
    """In a worker: how an agent's sessions are carried: as `threads`, `tasks` or `commands`."""
    shop = worker.shop()
    if shop.experiment.agents[agent].call is None:
        return "commands"
    shop.check_agent(agent)  # imports it in the environment of its runs
    return "tasks" if _is_asynchronous(shop.agent(agent)) else "threads"


def _is_asynchronous(agent: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(agent) or inspect.iscoroutinefunction(type(agent).__call__)


def _with_failure(ending: Ending, model: SimulatedModel | None) -> Ending:
    """Say so when the simulated model, not the agent, has failed."""
    if model is None or model.failure is None:
        return ending
    return replace(ending, house_failure=f"the simulated model's policy failed: {described(model.failure)}")
