"""A load as it is handed to the process that carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentprobe.domain.task import Task
from agentprobe.lab.grid import Level, run_of
from agentprobe.lab.runners.job import Job
from agentprobe.lab.stress.limit import Limits
from agentprobe.lab.stress.shape import Stage
from agentprobe.lab.stress.word import own_task, word_of
from agentprobe.lab.worlds import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the simulated model answers."""

    first_token: float = 0.0
    """Seconds until an answer begins."""
    token_rate: float | None = None
    """Tokens a second from then on; None for all at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Which sessions there are to be: all that decides them, the same in every process."""

    agent: str
    level: Level
    tasks: tuple[tuple[str, str], ...]
    """Names and digests of those that the sessions are given in turn."""
    world: World | None
    digests: Mapping[str, str]
    seed: int
    book: Path
    stages: tuple[Stage, ...]
    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)
    most_seconds: float = 60.0
    """A session that takes longer is ended."""
    bound_seconds: float = 300.0
    """No session begins later than this."""
    sample_seconds: float = 0.5
    """How often it is seen what the process uses."""
    blank: Task | None = None
    """The task where the settings do not hold it."""

    @property
    def log(self) -> Path:
        """Where it is written down how it goes."""
        return self.book / "load.jsonl"

    @property
    def halt(self) -> Path:
        """A file that lets no further session begin once it is there."""
        return self.book / "halt"

    def job(self, number: int) -> Job:
        """The run that a session is; its number is all that it takes."""
        task = self.tasks[number % len(self.tasks)]
        run = run_of(self.seed, self.digests, self.agent, self.level, task, "", number)
        return Job(
            run=run,
            task_digest=task[1],
            world=self.world,
            book=self.book,
            trace=self.book / "traces" / f"{run.key}.jsonl",
        )

    def word(self, number: int) -> str:
        """The session's own word."""
        return word_of(self.seed, number)

    def task(self, number: int, known: Task) -> Task:
        """What the session is asked."""
        return own_task(self.blank or known, self.word(number))
