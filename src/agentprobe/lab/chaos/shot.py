"""A shot: one run of an agent under one schedule, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from agentprobe.domain.evidence import Mode, Run
from agentprobe.domain.reaction import Reaction
from agentprobe.domain.task import Observation, Task
from agentprobe.lab.runners.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A call that a run made: what could be struck there."""

    site: str
    nth: int
    """The how-manieth at its site."""
    ok: bool
    """Did it bring what was asked for, as the agent saw it?"""
    struck: bool = False
    write: bool = False
    name: str = ""
    """Of a model call the tool that its answer wishes for first; of a tool its name."""
    wishes: int = 0
    """For how many tools a model's answer wishes."""
    told: int = 0
    """The most results of one answer that a model's request tells."""
    turns: int = 0
    """How many turns a model's request has."""
    system: bool = False
    tools: bool = False
    """Does a model's request offer tools?"""
    stream: bool = False
    server: bool = False
    """Did it go to a tool server?"""
    in_process: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What a run of a task comes to when nothing is disturbed."""

    model_calls: float
    tokens: float
    seconds: float
    money: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A run that a worker is to carry out and judge."""

    job: Job
    usual: Usual
    task: Task | None = None
    """The task where the settings do not hold it."""
    derived: bool = False
    """Was the task derived from undisturbed runs, so that another answer need not be wrong?"""
    light: bool = False
    """Need no trace be kept?"""
    most_calls: int = 500
    """With more model calls it is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a run under faults came to."""

    run: Run
    reaction: Reaction
    mode: Mode | None = None
    reason: str = ""
    """In one sentence, what was wrong."""
    answer: str = ""
    fired: tuple[str, ...] = ()
    """The strikes that did something, in the schedule's own words."""
    did: tuple[str, ...] = ()
    """What each fault did, in the order in which they struck."""
    used: tuple[Used, ...] = ()
    effects: tuple[tuple[str, int], ...] = ()
    """Each intent that was carried out, and how often."""
    model_calls: int = 0
    tool_calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    """On the run's own clock."""
    extra_calls: float = 0.0
    """Model calls beyond those of an undisturbed run."""
    extra_tokens: float = 0.0
    extra_seconds: float = 0.0
    money: float | None = None
    ended_it: bool = False
    """Did the run end with an error, so that what came after could not strike?"""
    observed: str = ""
    """When, as an ISO date and time."""


@dataclass(frozen=True, slots=True)
class SameAnswer:
    """A check for tasks that nobody has written: is the answer the one that undisturbed runs give?"""

    answer: str

    def __call__(self, observation: Observation) -> str | None:
        """What is wrong; None for the same words, whatever the white space."""
        if observation.answer.split() == self.answer.split():
            return None
        return "the answer is another than without faults"
